/** ItemCollectionMetrics: what AWS says about all items under one hash key of a table with local indexes. */
import type { Output } from '../service.ts';
import { fromItem } from './attribute-value.ts';
import { pick } from './expression/projection.ts';
import { type Fields, optionalText } from './input.ts';
import type { Plan } from './writes.ts';

/** The metrics of one write, when asked for and the table has local indexes. */
export function collectionMetrics(input: Fields, plan: Plan): Fields | undefined {
  if (optionalText(input, 'ReturnItemCollectionMetrics') !== 'SIZE') return undefined;
  const { table, keyItem } = plan;
  if (![...table.indexes.values()].some((index) => index.kind === 'local')) return undefined;
  const names = table.keys.hash.map((part) => part.name);
  return { ItemCollectionKey: fromItem(pick(keyItem, names)), SizeEstimateRangeGB: [0, 1] };
}

/** The metrics of many writes by table, as an answer has them. */
export function collectionMetricsOf(input: Fields, plans: readonly Plan[]): Output {
  const byTable: Record<string, Fields[]> = {};
  for (const plan of plans) {
    const metrics = collectionMetrics(input, plan);
    if (metrics === undefined) continue;
    const list = byTable[plan.table.name] ?? [];
    byTable[plan.table.name] = list;
    list.push(metrics);
  }
  return Object.keys(byTable).length === 0 ? {} : { ItemCollectionMetrics: byTable };
}
