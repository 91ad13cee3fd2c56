/** Carries out parsed statements on the same tables and by the same rules as the other operations. */
import { ServiceError } from '../../error.ts';
import type { Output } from '../../service.ts';
import { type AttributeValue, fromItem, type Item } from '../attribute-value.ts';
import { consumedCapacity, wantsCapacity, writeCost } from '../capacity.ts';
import { type Context, findTable } from '../context.ts';
import { holds } from '../expression/evaluate.ts';
import { toKeyConditions, toKeyRange } from '../expression/key-condition.ts';
import { valueAt } from '../expression/path.ts';
import { checkPaths } from '../expression/path-checks.ts';
import { pick, projectItem } from '../expression/projection.ts';
import { Scope } from '../expression/scope.ts';
import type { Condition, Path } from '../expression/syntax.ts';
import { projectedNames } from '../index-view.ts';
import type { Fields } from '../input.ts';
import { AFTER, type KeySchema, keyParts } from '../key-code.ts';
import { openSource, readPage, type Source, startText, type Walk } from '../read-source.ts';
import { conditionFailed, notServed, validation } from '../refusals.ts';
import type { Table } from '../table.ts';
import { checkUpdatePaths } from '../update-checks.ts';
import { apply, type Plan, planDelete, planPut, planUpdate } from '../writes.ts';
import type { Returning, Statement } from './statement.ts';

type Select = Statement & { readonly kind: 'select' };
type Update = Statement & { readonly kind: 'update' };
type Delete = Statement & { readonly kind: 'delete' };

/** What a request says beside its statement. */
export interface Settings {
  readonly input: Fields;
  readonly start: Item | undefined;
  readonly wantsItem: boolean;
}

const EMPTY: Item = new Map();

/** Carries out one statement; the answer is ExecuteStatement's. */
export function execute(context: Context, statement: Statement, settings: Settings): Output {
  switch (statement.kind) {
    case 'select':
      return select(context, statement, settings);
    case 'insert': {
      const table = findTable(context, statement.table);
      const plan = planPut(table, fromItem(statement.item), false);
      if (plan.before !== undefined) {
        throw new ServiceError('DuplicateItemException', 'Duplicate primary key exists in table');
      }
      return write(context, plan, settings, undefined);
    }
    case 'update':
      return update(context, statement, settings);
    case 'delete':
      return remove(context, statement, settings);
  }
}

/** Whether a statement's condition names one item by its whole key. */
export function namesItem(table: Table, statement: Select): boolean {
  return statement.index === undefined && splitKey(table.keys, statement).key !== undefined;
}

function update(context: Context, statement: Update, settings: Settings): Output {
  const table = findTable(context, statement.table);
  const scope = new Scope('UpdateExpression', 'PartiQL', { names: new Map(), values: statement.values });
  checkPaths(scope, statement.paths);
  scope.finish();
  const { key, rest } = itemOf(table, statement);
  checkUpdatePaths(table, statement.update, statement.paths, statement.values);
  const before = find(table, key, rest, statement, settings);
  // Unlike UpdateItem, the statement changes only what is there.
  if (before === undefined) throw conditionFailed();
  const plan = planUpdate(table, key, statement.update, statement.paths, statement.values);
  return write(context, plan, settings, statement.returning);
}

function remove(context: Context, statement: Delete, settings: Settings): Output {
  const table = findTable(context, statement.table);
  const { key, rest } = itemOf(table, statement);
  find(table, key, rest, statement, settings);
  return write(context, planDelete(table, fromItem(key)), settings, statement.returning);
}

function write(context: Context, plan: Plan, settings: Settings, returning: Returning | undefined): Output {
  const cost = wantsCapacity(settings.input) ? writeCost(plan.table, plan) : undefined;
  apply(plan);
  context.trace('ExecuteStatement', plan.table.name, { existed: plan.before !== undefined });
  const item = returned(plan, returning);
  const capacity = cost === undefined ? undefined : consumedCapacity(settings.input, plan.table, cost);
  return {
    Items: item === undefined || item.size === 0 ? [] : [fromItem(item)],
    ...(capacity === undefined ? {} : { ConsumedCapacity: capacity }),
  };
}

function returned({ before, after, paths }: Plan, returning: Returning | undefined): Item | undefined {
  switch (returning) {
    case 'ALL OLD':
      return before;
    case 'ALL NEW':
      return after;
    case 'MODIFIED OLD':
      return before === undefined ? undefined : projectItem(before, paths);
    case 'MODIFIED NEW':
      return after === undefined ? undefined : projectItem(after, paths);
    case undefined:
      return undefined;
  }
}

/** The item under the key, when the rest of the condition holds for it. */
function find(
  table: Table,
  key: Item,
  rest: Condition,
  { values }: Update | Delete,
  { wantsItem }: Settings,
): Item | undefined {
  const item = planDelete(table, fromItem(key)).before;
  if (holds(rest, item ?? EMPTY, values)) return item;
  throw conditionFailed(wantsItem && item !== undefined ? fromItem(item) : undefined);
}

function itemOf(table: Table, statement: Update | Delete): { readonly key: Item; readonly rest: Condition } {
  const { key, rest } = splitKey(table.keys, statement);
  if (key === undefined) {
    throw validation('Where clause does not contain a mandatory equality on all key attributes');
  }
  return { key, rest };
}

/** Takes the equalities on the whole key out of a condition. */
function splitKey(
  keys: KeySchema,
  { where, values }: { where: Condition | undefined; values: ReadonlyMap<string, AttributeValue> },
): { readonly key: Item | undefined; readonly rest: Condition } {
  const names = keyParts(keys).map((part) => part.name);
  const key = new Map<string, AttributeValue>();
  const rest: Condition[] = [];
  for (const part of conjuncts(where)) {
    const name = keyName(part);
    const value = part.kind === 'compare' && part.operator === '=' ? operandOf(part, values) : undefined;
    if (name !== undefined && value !== undefined && names.includes(name) && !key.has(name))
      key.set(name, value);
    else rest.push(part);
  }
  return { key: key.size === names.length ? key : undefined, rest: { kind: 'and', parts: rest } };
}

function select(context: Context, statement: Select, { input, start }: Settings): Output {
  const table = findTable(context, statement.table);
  const source = openIndex(table, statement, input);
  const { walk, filter } = plan(source, statement);
  refuseUnprojected(source, statement, filter);
  const position = start === undefined ? undefined : startText(source, start);
  const { low, high, forward } = walk;
  const from = {
    low: position !== undefined && forward ? `${position}\u0000` : low,
    high: position !== undefined && !forward ? position : high,
    forward,
  };
  const { paths, values } = statement;
  const page = readPage(context, 'ExecuteStatement', input, source, from, {
    filter,
    values,
    project: paths === undefined ? undefined : (item) => rowOf(item, paths),
    countOnly: false,
    names: source.index === undefined ? undefined : projectedNames(table.keys, source.index),
    fetches: false,
  });
  const { Items, LastEvaluatedKey, ConsumedCapacity } = page;
  return {
    Items,
    ...(LastEvaluatedKey === undefined ? {} : { LastEvaluatedKey }),
    ...(ConsumedCapacity === undefined ? {} : { ConsumedCapacity }),
  };
}

function openIndex(table: Table, { index }: Select, input: Fields): Source {
  if (index === undefined) return openSource(table, { ...input, IndexName: undefined });
  const definition = table.indexes.get(index);
  if (definition === undefined) throw validation('The table does not have the specified index');
  if (definition.kind === 'global' && input.ConsistentRead === true) {
    throw validation('Strongly consistent read is not supported on Global Secondary Indexes');
  }
  return openSource(table, { ...input, IndexName: index });
}

/** A query where the condition names the whole hash key, a scan where it does not. */
function plan(source: Source, { where, values, descending }: Select): { walk: Walk; filter: Condition } {
  const keys = source.index?.keys ?? source.table.keys;
  const forward = descending !== true;
  const used = new Map<string, Condition>();
  const rest: Condition[] = [];
  for (const part of conjuncts(where)) {
    const name = keyName(part);
    const fits = name !== undefined && !used.has(name) && fitsKey(keys, name, part, values);
    if (fits) used.set(name, part);
    else rest.push(part);
  }
  const filter: Condition = { kind: 'and', parts: rest };
  if (keys.hash.some(({ name }) => !used.has(name))) {
    if (descending !== undefined) refuseOrder(where);
    const all: Condition = { kind: 'and', parts: conjuncts(where) };
    return { walk: { low: '', high: AFTER, forward: true }, filter: all };
  }
  const conditions = toKeyConditions({ kind: 'and', parts: [...used.values()] }, values);
  return { walk: { ...toKeyRange(conditions, keys), forward }, filter };
}

/**
 * Only the items of one hash key have an order. AWS sorts those of several keys, too, which is not served.
 * That the others are refused is known; the words are a guess.
 */
function refuseOrder(where: Condition | undefined): never {
  if (where === undefined)
    throw validation('Must have WHERE clause in the statement when using ORDER BY clause.');
  if (conjuncts(where).some(({ kind }) => kind === 'in' || kind === 'or'))
    throw notServed('ORDER BY without an equality on the hash key');
  const problem = 'Must have at least one non-optional hash key condition in WHERE clause';
  throw validation(`${problem} when using ORDER BY clause.`);
}

/**
 * Whether a condition can be part of a key range: equality on hash keys, anything ordered on a single sort
 * key.
 */
function fitsKey(
  keys: KeySchema,
  name: string,
  part: Condition,
  values: ReadonlyMap<string, AttributeValue>,
): boolean {
  const equality = part.kind === 'compare' && part.operator === '=' && operandOf(part, values) !== undefined;
  if (keys.hash.some((each) => each.name === name)) return equality;
  const [sort] = keys.range;
  if (keys.range.length !== 1 || sort?.name !== name) return false;
  if (part.kind === 'compare') return part.operator !== '<>' && operandOf(part, values) !== undefined;
  if (part.kind === 'between') return part.low.kind === 'value' && part.high.kind === 'value';
  return part.kind === 'function' && part.name === 'begins_with' && part.args[1]?.kind === 'value';
}

function refuseUnprojected({ table, index }: Source, { paths }: Select, filter: Condition): void {
  const names = index === undefined ? undefined : projectedNames(table.keys, index);
  if (index === undefined || names === undefined) return;
  const invalid = 'One or more parameter values were invalid: ';
  const outside = (wanted: readonly string[]) => wanted.filter((name) => !names.includes(name)).join(', ');
  const filtered = outside(conjuncts(filter).flatMap((part) => keyName(part) ?? []));
  if (filtered !== '') {
    const what = `Secondary index ${index.name} does not project one or more filter attributes`;
    throw validation(`${invalid}${what}: [${filtered}]`);
  }
  const wanted = outside((paths ?? []).map(([name]) => String(name)));
  if (wanted === '') return;
  const kind = index.kind === 'global' ? 'Global' : 'Local';
  throw validation(`${invalid}${kind} secondary index ${index.name} does not project [${wanted}]`);
}

/** A row has each wanted value under the last name of its path. */
function rowOf(item: Item, paths: readonly Path[]): Item {
  if (paths.every((path) => path.length === 1))
    return pick(
      item,
      paths.map(([name]) => String(name)),
    );
  const row = new Map<string, AttributeValue>();
  for (const path of paths) {
    const value = valueAt(item, path);
    const name = path.findLast((element) => typeof element === 'string');
    if (value !== undefined && typeof name === 'string') row.set(name, value);
  }
  return row;
}

function conjuncts(condition: Condition | undefined): readonly Condition[] {
  if (condition === undefined) return [];
  return condition.kind === 'and' ? condition.parts.flatMap(conjuncts) : [condition];
}

/** The top-level attribute that a simple condition is about. */
function keyName(condition: Condition): string | undefined {
  const operand =
    condition.kind === 'compare'
      ? condition.left
      : condition.kind === 'function'
        ? condition.args[0]
        : condition.kind === 'between' || condition.kind === 'in'
          ? condition.operand
          : undefined;
  const [name, ...deeper] = operand?.kind === 'path' ? operand.path : [];
  return deeper.length === 0 && typeof name === 'string' ? name : undefined;
}

function operandOf(
  condition: Condition & { readonly kind: 'compare' },
  values: ReadonlyMap<string, AttributeValue>,
): AttributeValue | undefined {
  return condition.right.kind === 'value' ? values.get(condition.right.name) : undefined;
}
