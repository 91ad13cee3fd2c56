/** What stands in the shop besides its runs: queues, dead letters, exchanges, workers. */
import type { CostAnswer } from '../../../lib/dashboard/cost-row.ts';
import type {
  DeadLetterRow,
  ExchangeRow,
  LimitRow,
  Overview,
  QueueRow,
  WorkerRow,
  WorkflowNode,
} from '../../../lib/dashboard/row.ts';
import { declined, toId } from './sample-runs.ts';

/** As CloudFormation makes them. */
function deployed(name: string): string {
  return `Shop-dev-BrokerWorker${name}Function809419C6-gB80VSYwu8tj`;
}

const MINUTE = 60_000;

export function queues(): QueueRow[] {
  const own = [
    queue('payments', 12, 8, 3, 41, ['charge', 'refund'], [deployed('payments'), 'box-1']),
    queue('mail', 0, 2, 0, undefined, ['thank', 'newsletter'], [deployed('mail')]),
    queue('images', 1_284, 40, 0, 372, ['resize'], [deployed('images')]),
    { ...queue('imports', 86, 0, 14, 5_410, ['import-catalogue'], []), paused: true },
    { ...queue('ledger', 3, 1, 0, 2, [], [deployed('ledger')]), ordered: true },
    queue('default', 0, 0, 0, undefined, ['price'], [deployed('default')]),
  ];
  return [
    ...own,
    { ...queue('payments-dlq', 3, 0, 0, 86_000, [], []), kind: 'dead-letter' },
    { ...queue('images-dlq', 1, 0, 0, 4_000, [], []), kind: 'dead-letter' },
    { ...queue('later', 0, 0, 27, undefined, [], [deployed('later')]), kind: 'internal' },
  ];
}

function queue(
  name: string,
  ready: number,
  inFlight: number,
  delayed: number,
  oldest: number | undefined,
  tasks: readonly string[],
  consumers: readonly string[],
): QueueRow {
  return {
    ...{ name, ready, inFlight, delayed, tasks, consumers },
    kind: 'queue',
    ordered: false,
    paused: false,
    ...(oldest === undefined ? {} : { oldest }),
    ...(name === 'payments' || name === 'images' ? { deadLetters: `${name}-dlq` } : {}),
  };
}

export function deadLetters(now: number): DeadLetterRow[] {
  return [
    letter(1, 'charge', 'payments', 'failed', now - 3 * MINUTE),
    letter(2, 'refund', 'payments', 'rejected', now - 55 * MINUTE),
    letter(3, 'charge', 'payments', 'failed', now - 90 * MINUTE),
    letter(4, 'resize', 'images', 'crashed', now - 1_500 * MINUTE),
  ];
}

function letter(n: number, task: string, queue: string, reason: string, deadAt: number): DeadLetterRow {
  const id = `dead-${n}`;
  const failed = reason === 'crashed' ? {} : { error: declined(`o-${n}`) };
  return {
    ...{ id, task, queue, reason, deadAt, ...failed },
    messageId: `5f1c${n}0de-4b7a-4f0e-8a51-20c4d1a0b9e${n}`,
    sentAt: deadAt - 20_000,
    receives: 1,
    body: JSON.stringify({ celeriac: 1, id, task, attempt: 4, input: { order: `o-${n}`, amount: 40 * n } }),
    attempts: [
      { attempt: 1, at: deadAt - 19_000, outcome: 'threw', ...failed },
      { attempt: 2, at: deadAt - 9_000, outcome: reason, ...failed },
    ],
  };
}

export const EXCHANGES: readonly ExchangeRow[] = [
  {
    ...exchange('orders', 'topic', 'EventBridge'),
    alternate: 'unrouted',
    bindings: [
      { pattern: 'order.*.created', to: { kind: 'task', name: 'charge' } },
      { pattern: 'order.*.cancelled', to: { kind: 'task', name: 'refund' } },
      { pattern: 'order.eu.#', to: { kind: 'exchange', name: 'europe' } },
      { pattern: 'order.*.paid', to: { kind: 'task', name: 'thank' } },
    ],
  },
  {
    ...exchange('europe', 'headers', 'EventBridge'),
    internal: true,
    bindings: [
      { match: 'all', args: { vat: true, country: 'NO' }, to: { kind: 'queue', name: 'ledger' } },
      { match: 'any', args: { express: true }, to: { kind: 'consumer', name: 'couriers' } },
    ],
  },
  {
    ...exchange('pictures', 'fanout', 'SNS'),
    bindings: [{ to: { kind: 'task', name: 'resize' } }, { to: { kind: 'queue', name: 'ledger' } }],
  },
  {
    ...exchange('unrouted', 'fanout', 'SNS'),
    bindings: [{ to: { kind: 'consumer', name: 'lost-and-found' } }],
  },
];

function exchange(name: string, type: ExchangeRow['type'], carrier: string): Omit<ExchangeRow, 'bindings'> {
  return { name, type, carrier, ordered: false, internal: false };
}

export function workers(now: number): WorkerRow[] {
  const worker = (name: string, processed: number, errors: number, duration: number): WorkerRow => ({
    ...{ name, processed, errors, duration },
    kind: 'function',
    online: true,
    queues: [name],
    concurrency: 20,
    active: processed % 7,
  });
  const box: WorkerRow = {
    ...worker('box-1', 48_210, 12, 5_300),
    kind: 'process',
    queues: ['payments', 'imports'],
    concurrency: 8,
    active: 2,
    pool: 'threads',
    lastBeat: now - 3_000,
    tasks: [
      { id: toId(0), task: 'charge', startedAt: now - 2_400 },
      { id: toId(5), task: 'import-catalogue', startedAt: now - 94_000 },
    ],
  };
  return [
    { ...worker('payments', 128_401, 310, 412), name: deployed('payments') },
    { ...worker('mail', 88_920, 0, 130), name: deployed('mail') },
    { ...worker('images', 17_033, 41, 1_920), name: deployed('images') },
    box,
    { ...box, name: 'box-2', online: false, active: 0, lastBeat: now - 700_000, tasks: [] },
  ];
}

export function limits(): LimitRow[] {
  return [
    { task: 'charge', rateLimit: '100/m', concurrency: '20', changed: false },
    { task: 'import-catalogue', concurrency: '4', changed: true },
    { task: 'newsletter', rateLimit: '10/s per key', changed: false },
  ];
}

export function cost(now: number): CostAnswer {
  return {
    since: now - 24 * 60 * MINUTE,
    rows: [
      { service: 'SQS', what: 'requests, standard', calls: 1_204_331, usd: 0.4817 },
      { service: 'SQS', what: 'requests, FIFO', calls: 8_201, usd: 0.0041 },
      { service: 'Lambda', what: 'requests', calls: 234_354, usd: 0.0469 },
      { service: 'Lambda', what: 'GB-seconds', calls: 61_002, usd: 1.0167 },
      { service: 'DynamoDB', what: 'write request units', calls: 702_110, usd: 0.4388 },
      { service: 'EventBridge', what: 'events', calls: 40_112, usd: 0.0401 },
    ],
    perTask: [
      { task: 'charge', runs: 128_401, usdPerMillion: 7.41 },
      { task: 'thank', runs: 88_920, usdPerMillion: 1.02 },
      { task: 'resize', runs: 17_033, usdPerMillion: 38.9 },
    ],
    note: 'Prices of us-east-1 as in the documentation; data transfer, logs and free tiers are not counted.',
  };
}

export function series(now: number): Overview['series'] {
  return Array.from({ length: 60 }, (_, n) => {
    const wave = 1 + Math.sin(n / 7) / 2;
    const failed = n > 38 && n < 46 ? 14 + (n % 5) : n % 9 === 0 ? 2 : 0;
    return {
      at: Math.floor(now / MINUTE - 59 + n) * MINUTE,
      sent: Math.round(210 * wave + ((n * 37) % 23)),
      succeeded: Math.round(190 * wave + ((n * 53) % 19)),
      failed,
      retried: failed * 2 + (n % 4),
      ...(n % 17 === 5 ? {} : { wait: 180 * wave + (failed > 5 ? 900 : 0), runtime: 420 + (n % 6) * 20 }),
    };
  });
}

const MEMBERS = 250;

export function workflow(path: string, after: number): WorkflowNode {
  const member = (n: number): WorkflowNode => ({
    path: `1.${n}`,
    kind: 'task',
    task: 'price',
    id: toId(n * 7 + 4),
    state: n === 11 ? 'FAILURE' : n > 180 ? 'PENDING' : 'SUCCESS',
    children: [],
  });
  const prices: WorkflowNode = {
    path: '1',
    kind: 'group',
    id: 'flow-0/1',
    state: 'STARTED',
    total: MEMBERS,
    done: 181,
    failed: 1,
    children: Array.from({ length: Math.min(20, MEMBERS - after - 1) }, (_, n) => member(after + 1 + n)),
  };
  if (path === '1') return prices;
  const task = (at: string, name: string, n: number, state: WorkflowNode['state']): WorkflowNode => ({
    ...{ path: at, task: name, id: toId(n), state },
    kind: 'task',
    children: [],
  });
  return {
    path: '',
    kind: 'chain',
    id: 'flow-0',
    state: 'STARTED',
    children: [
      task('0', 'import-catalogue', 5, 'SUCCESS'),
      prices,
      {
        path: '2',
        kind: 'chord',
        id: 'flow-0/2',
        state: 'PENDING',
        children: [task('2.0', 'thank', 1, 'PENDING')],
      },
    ],
  };
}
