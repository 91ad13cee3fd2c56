/**
 * What the app costs, at the prices of one table: calls that an emulator counted, or on AWS what CloudWatch's
 * metrics tell of a day; and estimates by task.
 */
import { PRICES, PRICES_READ, priceOfCall, usdOf } from '../../core/price.ts';
import { COST_DEFAULTS, estimateTask } from '../../define/cost.ts';
import { hasLater } from '../../define/later.ts';
import { laterQueueName, timerGroupName } from '../../define/resource-name.ts';
import { topology } from '../../define/topology.ts';
import type { UsageOf } from '../../runtime/desk-ports.ts';
import { type DeskContext, queuesOf } from '../context.ts';
import type { CostAnswer, CostRow } from '../cost-row.ts';
import { mappingsOf } from './mappings.ts';
import { readRecent } from './recent.ts';
import { remembered } from './remembered.ts';

/** A day's sums hardly change within so long, and CloudWatch asks money for each look. */
const USAGE_MS = 300_000;

export async function readCost(context: DeskContext): Promise<CostAnswer> {
  const [counted, recent] = await Promise.all([readCounted(context), readRecent(context)]);
  const rest =
    'per task it is an estimate from the definition, with the runs of the last hour. Prices of ' +
    `${PRICES_READ}. Storage and data transfer are not counted.`;
  return {
    rows: [...counted.rows].sort((a, b) => b.usd - a.usd),
    perTask: context.app.tasks.map((task) => ({
      task: task.name,
      runs: recent.rows.filter((row) => row.task === task.name).length,
      usdPerMillion: estimateTask(task).usdPerMillion,
    })),
    since: counted.since,
    note: `${counted.note}; ${rest}`,
  };
}

interface Counted extends Pick<CostAnswer, 'rows' | 'since' | 'note'> {}

async function readCounted(context: DeskContext): Promise<Counted> {
  const { gauges, clock } = context.ports;
  const calls = gauges.calls?.();
  if (calls !== undefined) {
    const note = 'Calls were counted by the emulator; each is taken as one unit of its price';
    return { rows: toRows(calls.counts), since: calls.since, note };
  }
  const { usage } = gauges;
  if (usage === undefined) return { rows: [], since: clock.now(), note: 'Nobody counts calls here' };
  const { since, used } = await remembered(context, 'usage', USAGE_MS, async () =>
    usage(await toUsageOf(context)),
  );
  const rows = used.map(({ price, what, units, estimate }): CostRow => {
    return {
      service: PRICES[price].service,
      what: estimate === undefined ? what : `${what} (estimate: ${estimate})`,
      calls: Math.round(units * 100) / 100,
      usd: usdOf(price, units),
    };
  });
  return { rows, since, note: ON_AWS };
}

const ON_AWS =
  "Counted by CloudWatch's metrics over a day, some minutes late. What says so is an estimate; messages " +
  'over 64 KB count as more requests than here; SNS, EventBridge, S3, workers on machines and the ' +
  'functions of later and of schedules are not among it. The bill has all, a day late';

/** Whose metrics are read. */
async function toUsageOf(context: DeskContext): Promise<UsageOf> {
  const { app, stage } = context;
  const queues = queuesOf(context);
  const mappings = await Promise.all(queues.map((named) => mappingsOf(context, named)));
  const later = hasLater(app) ? [{ queueName: laterQueueName(app.name, stage), fifo: false }] : [];
  return {
    queues: [...queues.map(({ queueName, queue }) => ({ queueName, fifo: queue.ordered })), ...later],
    functions: [...new Set(mappings.flat().map(({ functionName }) => functionName))],
    memoryMb: COST_DEFAULTS.memoryMb,
    tables: topology(app, { stage }).tables.map(({ tableName, indexes }) => ({
      tableName,
      indexes: indexes.map(({ name }) => name),
    })),
    timerGroup: hasLater(app) ? timerGroupName(app.name, stage) : undefined,
  };
}

interface Count {
  readonly service: string;
  readonly operation: string;
  readonly calls: number;
}

/** A row for each operation, whoever called it. */
function toRows(counts: readonly Count[]): CostRow[] {
  const rows = new Map<string, CostRow>();
  for (const { service, operation, calls } of counts) {
    const price = priceOfCall(service, operation);
    const key = `${service} ${operation}`;
    const before = rows.get(key) ?? { calls: 0, usd: 0 };
    rows.set(key, {
      service: price === undefined ? nameOf(service) : PRICES[price].service,
      what: operation,
      calls: before.calls + calls,
      usd: before.usd + (price === undefined ? 0 : usdOf(price, calls)),
    });
  }
  return [...rows.values()];
}

/** 'DynamoDB' for 'dynamodb', where any of its calls has a price. */
function nameOf(service: string): string {
  return Object.values(PRICES).find((price) => price.service.toLowerCase() === service)?.service ?? service;
}
