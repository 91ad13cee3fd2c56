/** What the definitions say: tasks, exchanges, limits. */
import type { Json } from '../../core/json.ts';
import { toJsonHeaders } from '../../core/routing/header-codec.ts';
import type { Headers } from '../../core/routing/headers.ts';
import type { Binding } from '../../define/binding.ts';
import type { AnyTask } from '../../define/task.ts';
import { transportOf } from '../../define/transport.ts';
import type { DeskContext } from '../context.ts';
import type { ExchangeRow, LimitRow, TaskRow } from '../row.ts';

export async function listTasks(context: DeskContext): Promise<readonly TaskRow[]> {
  const limits = new Map((await listLimits(context)).map((row) => [row.task, row]));
  return context.app.tasks.map((task): TaskRow => {
    const row = limits.get(task.name);
    return {
      name: task.name,
      queue: task.queue.name,
      result: task.result,
      attempts: task.retry.attempts,
      once: task.once !== undefined,
      ...(row === undefined ? {} : { limits: row }),
    };
  });
}

/** The limits that hold now, of tasks that were defined with one. */
export function listLimits(context: DeskContext): Promise<readonly LimitRow[]> {
  const limited = context.app.tasks.filter(
    ({ limits }) => limits.rate !== undefined || limits.slots !== undefined,
  );
  return Promise.all(limited.map((task) => toLimitRow(context, task)));
}

async function toLimitRow({ ports }: DeskContext, task: AnyTask): Promise<LimitRow> {
  const now = await ports.client.limits.get(task);
  const defined = task.limits.rate?.limit;
  const rate = now.rateLimit ?? undefined;
  const places = now.concurrency ?? undefined;
  const changed = !isSame(rate, defined) || places !== task.limits.slots?.max;
  return {
    task: task.name,
    changed,
    ...(rate === undefined ? {} : { rateLimit: typeof rate === 'number' ? `${rate}/s` : rate }),
    ...(places === undefined ? {} : { concurrency: String(places) }),
  };
}

function isSame(now: string | number | undefined, defined: unknown): boolean {
  return now === defined || (now === undefined && (defined === false || defined === null));
}

const CARRIERS = { sns: 'SNS', eventbridge: 'EventBridge' } as const;

export function listExchanges({ app }: DeskContext): readonly ExchangeRow[] {
  return app.exchanges.map((exchange): ExchangeRow => {
    const transport = transportOf(app, exchange);
    return {
      name: exchange.name,
      type: exchange.type,
      carrier: transport === undefined ? 'none' : CARRIERS[transport],
      ordered: exchange.ordered,
      internal: exchange.internal,
      ...(exchange.alternate === undefined ? {} : { alternate: exchange.alternate.name }),
      bindings: app.bindings
        .filter((binding) => binding.exchange === exchange)
        .map((binding) =>
          toBindingRow(
            app.consumers.some(({ queue }) => queue === binding.destination),
            binding,
          ),
        ),
    };
  });
}

function toBindingRow(
  consumed: boolean,
  { pattern, args, destination }: Binding,
): ExchangeRow['bindings'][number] {
  const { kind, name } = destination;
  const { 'x-match': match, ...tested }: Headers = args ?? {};
  return {
    ...(pattern === undefined ? {} : { pattern }),
    ...(typeof match === 'string' ? { match } : {}),
    ...(args === undefined ? {} : { args: toArgs(tested) }),
    to: { kind: kind === 'queue' && consumed ? 'consumer' : kind, name },
  };
}

/** What JSON lacks (dates, bytes) is written as messages write it. */
function toArgs(args: Headers): Readonly<Record<string, Json>> {
  const json: Readonly<Record<string, Json | undefined>> = toJsonHeaders(args) ?? {};
  return Object.fromEntries(
    Object.entries(json).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
