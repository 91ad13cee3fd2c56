/** What the app costs: calls that were counted, at the prices of one table, and estimates by task. */
import { PRICES, PRICES_READ, priceOfCall, usdOf } from '../../core/price.ts';
import { estimateTask } from '../../define/cost.ts';
import type { DeskContext } from '../context.ts';
import type { CostAnswer, CostRow } from '../cost-row.ts';
import { readRecent } from './recent.ts';

export async function readCost(context: DeskContext): Promise<CostAnswer> {
  const { gauges, clock } = context.ports;
  const counted = gauges.calls?.();
  const recent = await readRecent(context);
  const rows = toRows(counted?.counts ?? []);
  const estimated = 'per task it is an estimate from the definition, with the runs of the last hour';
  const counts =
    counted === undefined
      ? 'On AWS calls are counted by the bill alone: Cost Explorer has them by service, a day late'
      : 'Calls were counted by the emulator; each is taken as one unit of its price';
  return {
    rows: rows.sort((a, b) => b.usd - a.usd),
    perTask: context.app.tasks.map((task) => ({
      task: task.name,
      runs: recent.rows.filter((row) => row.task === task.name).length,
      usdPerMillion: estimateTask(task).usdPerMillion,
    })),
    since: counted?.since ?? clock.now(),
    note: `${counts}; ${estimated}. Prices of ${PRICES_READ}. Storage and data transfer are not counted.`,
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
