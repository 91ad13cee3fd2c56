/** The tables of an app, as data. */
import { runsTableName } from './resource-name.ts';

/** A global secondary index; it holds the keys, and these attributes besides. */
export interface IndexResource {
  readonly name: string;
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly attributes: readonly string[];
}

/** A DynamoDB table. */
export interface TableResource {
  readonly name: 'runs';
  readonly tableName: string;
  readonly partitionKey: string;
  readonly sortKey: string;
  readonly ttlAttribute: string;
  readonly indexes: readonly IndexResource[];
}

/**
 * The runs table. One item a run; later kinds of items share the table under other keys. Two sparse indexes
 * serve the questions "by state" and "by task", both ordered by time and spread over RUN_SHARDS partitions (a
 * partition takes 1,000 writes a second). A queue's runs are those of its tasks, so an index of its own would
 * only cost a third write a change.
 */
export function runsTable(app: string, stage: string): TableResource {
  return {
    name: 'runs',
    tableName: runsTableName(app, stage),
    partitionKey: 'pk',
    sortKey: 'sk',
    ttlAttribute: 'expiresAt',
    indexes: [
      { name: 'byState', partitionKey: 'stateShard', sortKey: 'id', attributes: LISTED },
      // Keys only: they never change, so a run costs this index one write, not one a change of state.
      { name: 'byTask', partitionKey: 'taskShard', sortKey: 'id', attributes: [] },
    ],
  };
}

/**
 * What a list of runs shows; every change of state rewrites the item in this index anyway, since its key
 * changes.
 */
const LISTED = [
  'task',
  'queue',
  'generation',
  'retries',
  'sentAt',
  'startedAt',
  'endedAt',
  'reason',
] as const;
