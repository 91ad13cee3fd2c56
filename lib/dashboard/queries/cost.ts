/** What the app costs: calls that were counted, at the prices of one table, and estimates by task. */
import { PRICES, PRICES_READ, priceOfCall, usdOf } from '../../core/price.ts';
import { estimateTask } from '../../define/cost.ts';
import type { DeskContext } from '../context.ts';
import type { CostAnswer } from '../cost-row.ts';
import { readRecent } from './recent.ts';

export async function readCost(context: DeskContext): Promise<CostAnswer> {
  const { gauges, clock } = context.ports;
  const counted = gauges.calls?.();
  const recent = await readRecent(context);
  const rows = (counted?.counts ?? []).map(({ service, operation, calls }) => {
    const price = priceOfCall(service, operation);
    return {
      service: price === undefined ? service : PRICES[price].service,
      what: operation,
      calls,
      usd: price === undefined ? 0 : usdOf(price, calls),
    };
  });
  const estimated = 'per task it is an estimate from the definition, with the runs of the last hour';
  const counts =
    counted === undefined
      ? 'On AWS calls are counted by the bill alone: Cost Explorer has them by service, a day late'
      : 'Calls were counted by the emulator; each is taken as one unit of its price';
  return {
    rows: [...rows].sort((a, b) => b.usd - a.usd),
    perTask: context.app.tasks.map((task) => ({
      task: task.name,
      runs: recent.rows.filter((row) => row.task === task.name).length,
      usdPerMillion: estimateTask(task).usdPerMillion,
    })),
    since: counted?.since ?? clock.now(),
    note: `${counts}; ${estimated}. Prices of ${PRICES_READ}. Storage and data transfer are not counted.`,
  };
}
