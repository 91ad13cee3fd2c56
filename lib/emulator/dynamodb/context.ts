/** What one call works with: whose tables, the clock, and where to tell what happened. */
import type { Clock } from '../clock.ts';
import type { Caller } from '../service.ts';
import type { ExpressionCache } from './expression/expressions.ts';
import { type Constraints, type Fields, optionalText } from './input.ts';
import { notFound, validation } from './refusals.ts';
import type { Table } from './table.ts';

/** A transaction that has been carried out under a client's token. */
export interface Remembered {
  readonly at: number;
  readonly fingerprint: string;
}

/** Everything of one account in one region. */
export interface Region {
  readonly tables: Map<string, Table>;
  readonly tokens: Map<string, Remembered>;
}

export interface Context {
  readonly clock: Clock;
  readonly caller: Caller;
  readonly region: Region;
  readonly expressions: ExpressionCache;
  readonly ttlDelayMs: number;
  readonly trace: (operation: string, table: string | undefined, details?: Fields) => void;
}

const TABLE_ARN = /^arn:aws[^:]*:dynamodb:([^:]*):([^:]*):table\/([^/]+)$/;
const NAME_PATTERN = '[a-zA-Z0-9_.-]+';

/** Collects what is wrong with a table name, which may be an ARN. */
export function constrainTableName(constraints: Constraints, input: Fields, path = 'tableName'): void {
  const name = optionalText(input, 'TableName');
  constraints.required(path, name);
  if (name === undefined || name.startsWith('arn:')) return;
  constraints.pattern(path, name === '' ? undefined : name, NAME_PATTERN);
  constraints.length(path, name, 1, 255);
}

/** The table that a request names, or a refusal. */
export function findTable(context: Context, name: string, message?: string): Table {
  const table = context.region.tables.get(tableNameOf(context, name));
  if (table === undefined) throw notFound(message);
  return table;
}

/** The name in an ARN, or the name itself. */
export function tableNameOf(context: Context, name: string): string {
  if (!name.startsWith('arn:')) return name;
  const [, region, account, table] = TABLE_ARN.exec(name) ?? [];
  if (table === undefined) throw validation(`Invalid TableArn: ${name}`);
  // Tables of other accounts and regions are reached through a client of theirs.
  if (region !== context.caller.region || account !== context.caller.account) throw notFound();
  return table;
}

/** The ARN of a caller's table. */
export function tableArn({ region, account }: Caller, name: string): string {
  return `arn:aws:dynamodb:${region}:${account}:table/${name}`;
}
