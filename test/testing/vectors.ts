/** RabbitMQ's recorded scenarios as routing tables, with the queues that each message must reach. */
import type { RoutedMessage, RoutingTable } from '../../lib/core/routing/route.ts';
import recorded from '../vectors/routing.json' with { type: 'json' };
import topics from '../vectors/topic-routing.json' with { type: 'json' };

export interface Scenario {
  readonly id: string;
  readonly table: RoutingTable;
  readonly publishes: readonly {
    readonly exchange: string;
    readonly message: RoutedMessage;
    readonly queues: readonly string[];
  }[];
}

interface Recorded {
  readonly id: string;
  readonly exchanges: readonly {
    readonly name: string;
    readonly type: RoutingTable['exchanges'][number]['type'];
    readonly args?: { readonly 'alternate-exchange'?: string };
  }[];
  readonly queues: readonly string[];
  readonly bindings: RoutingTable['bindings'];
  readonly publishes: readonly {
    readonly exchange: string;
    readonly key: string;
    readonly headers?: NonNullable<RoutedMessage['headers']>;
    readonly expect: { readonly copies?: Readonly<Record<string, number>> };
  }[];
}

/** Alternates are values, so one that does not exist, or a circle of them, cannot be written down. */
const UNDEFINABLE = ['alternate-exchange-missing', 'alternate-exchange-cycle', 'alternate-exchange-default'];
/** The default exchange is a direct send, which passes no filter. */
const DIRECT = ['default-exchange', 'cc-default'];

// A JSON module has the union of its members as its type; this is the format they share.
const RECORDED = recorded as unknown as readonly Recorded[];

export const LEFT_OUT = [...UNDEFINABLE, ...DIRECT];

/** Every scenario that topics and rules have a part in. */
export const SCENARIOS: readonly Scenario[] = [
  ...RECORDED.filter(({ id }) => !LEFT_OUT.includes(id)).map(fromRecorded),
  ...topics.map(({ id, bindings, publishes }) => ({
    id,
    table: {
      exchanges: [{ name: 't', type: 'topic' as const }],
      queues: [...new Set(bindings.map(({ queue }) => queue))],
      bindings: bindings.map(({ queue, pattern }) => ({
        from: 't',
        to: queue,
        toKind: 'queue' as const,
        key: pattern,
      })),
    },
    publishes: publishes.map(({ key, queues }) => ({ exchange: 't', message: { key }, queues })),
  })),
];

function fromRecorded({ id, exchanges, queues, bindings, publishes }: Recorded): Scenario {
  return {
    id,
    table: {
      exchanges: exchanges.map(({ name, type, args }) => {
        const alternate = args?.['alternate-exchange'];
        return { name, type, ...(alternate === undefined ? {} : { alternate }) };
      }),
      queues,
      bindings,
    },
    publishes: publishes.map(({ exchange, key, headers, expect }) => ({
      exchange,
      message: headers === undefined ? { key } : { key, headers },
      queues: Object.keys(expect.copies ?? {}).sort(),
    })),
  };
}
