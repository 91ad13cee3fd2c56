/**
 * Random writes and reads against a reference that keeps items in a plain list and looks at all of them every
 * time.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Attributes, createWorld, N, S, type World } from './world.ts';

interface Row {
  readonly p: string;
  readonly n: number;
  readonly g?: string | undefined;
  readonly v?: number | undefined;
}

type Command =
  | { readonly kind: 'put'; readonly row: Row }
  | { readonly kind: 'add'; readonly p: string; readonly n: number; readonly by: number }
  | { readonly kind: 'move'; readonly p: string; readonly n: number; readonly g: string | undefined }
  | { readonly kind: 'delete'; readonly p: string; readonly n: number }
  | { readonly kind: 'insert'; readonly row: Row };

const p = fc.constantFrom('a', 'b', 'a\u0000', 'é', '\u{1f600}', '\uffff');
const n = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.constantFrom(0.5, -0.25, 1e20, -1e20, 1e-7));
const g = fc.option(fc.constantFrom('x', 'y', 'y\u0000z'), { nil: undefined });
const row: fc.Arbitrary<Row> = fc.record({ p, n, g, v: fc.option(fc.integer(), { nil: undefined }) });
const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put' as const), row }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('add' as const), p, n, by: fc.integer({ min: -9, max: 9 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('move' as const), p, n, g }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete' as const), p, n }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('insert' as const), row }) },
);

const TABLE = {
  TableName: 'random',
  AttributeDefinitions: [
    { AttributeName: 'p', AttributeType: 'S' },
    { AttributeName: 'n', AttributeType: 'N' },
    { AttributeName: 'g', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'p', KeyType: 'HASH' },
    { AttributeName: 'n', KeyType: 'RANGE' },
  ],
  BillingMode: 'PAY_PER_REQUEST',
  GlobalSecondaryIndexes: [
    {
      IndexName: 'byg',
      KeySchema: [
        { AttributeName: 'g', KeyType: 'HASH' },
        { AttributeName: 'n', KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'ALL' },
    },
  ],
};

const keyOf = (hash: string, range: number) => ({ p: S(hash), n: N(plain(range)) });

/** A number as DynamoDB writes it. */
function plain(value: number): string {
  return value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 });
}

function itemOf({ v, ...rest }: Row): Attributes {
  const item: Attributes = keyOf(rest.p, rest.n);
  if (rest.g !== undefined) item.g = S(rest.g);
  if (v !== undefined) item.v = N(v);
  return item;
}

/** Carries a command out on both; both have to agree on whether it is refused. */
function carryOut(world: World, rows: Map<string, Row>, command: Command): void {
  const at = (hash: string, range: number) => `${hash}|${range === 0 ? 0 : range}`;
  const update = (hash: string, range: number, UpdateExpression: string, values?: Attributes) =>
    world.call('UpdateItem', {
      TableName: 'random',
      Key: keyOf(hash, range),
      UpdateExpression,
      ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
    });
  switch (command.kind) {
    case 'put':
      world.call('PutItem', { TableName: 'random', Item: itemOf(command.row) });
      rows.set(at(command.row.p, command.row.n), command.row);
      return;
    case 'insert': {
      const input = {
        TableName: 'random',
        Item: itemOf(command.row),
        ConditionExpression: 'attribute_not_exists(p)',
      };
      if (rows.has(at(command.row.p, command.row.n))) {
        expect(world.refusal('PutItem', input).name).toBe('ConditionalCheckFailedException');
        return;
      }
      world.call('PutItem', input);
      rows.set(at(command.row.p, command.row.n), command.row);
      return;
    }
    case 'add': {
      update(command.p, command.n, 'ADD v :v', { ':v': N(command.by) });
      const before = rows.get(at(command.p, command.n)) ?? { p: command.p, n: command.n };
      rows.set(at(command.p, command.n), { ...before, v: (before.v ?? 0) + command.by });
      return;
    }
    case 'move': {
      if (command.g === undefined) update(command.p, command.n, 'REMOVE g');
      else update(command.p, command.n, 'SET g = :g', { ':g': S(command.g) });
      if (command.g === undefined && !rows.has(at(command.p, command.n))) return;
      const before = rows.get(at(command.p, command.n)) ?? { p: command.p, n: command.n };
      rows.set(at(command.p, command.n), { ...before, g: command.g });
      return;
    }
    case 'delete':
      world.call('DeleteItem', { TableName: 'random', Key: keyOf(command.p, command.n) });
      rows.delete(at(command.p, command.n));
      return;
  }
}

/** All pages of a read. */
function readAll(world: World, operation: string, input: object): Attributes[] {
  const items: Attributes[] = [];
  let ExclusiveStartKey: unknown;
  do {
    const page = world.call(operation, { ...input, ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}) });
    items.push(...(page.Items as Attributes[]));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey !== undefined);
  return items;
}

const byNumber = (a: Row, b: Row) => a.n - b.n;
const sorted = (items: readonly Attributes[]) =>
  items.map((item) => JSON.stringify(item, Object.keys(item).sort())).sort();

test('queries, scans and segments find what a list of rows holds, in its order', () => {
  const reads = fc.record({
    hash: p,
    group: fc.constantFrom('x', 'y', 'y\u0000z'),
    low: n,
    high: n,
    Limit: fc.integer({ min: 1, max: 4 }),
    ScanIndexForward: fc.boolean(),
    TotalSegments: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), reads, (commands, read) => {
      const world = createWorld();
      world.call('CreateTable', TABLE);
      const rows = new Map<string, Row>();
      for (const each of commands) carryOut(world, rows, each);
      const [low, high] = read.low <= read.high ? [read.low, read.high] : [read.high, read.low];
      const { Limit, ScanIndexForward } = read;
      const inOrder = (list: Row[]) =>
        (ScanIndexForward ? list.sort(byNumber) : list.sort(byNumber).reverse()).map(itemOf);

      const partition = readAll(world, 'Query', {
        TableName: 'random',
        KeyConditionExpression: 'p = :p AND n BETWEEN :low AND :high',
        ExpressionAttributeValues: { ':p': S(read.hash), ':low': N(plain(low)), ':high': N(plain(high)) },
        ScanIndexForward,
        Limit,
      });
      const index = readAll(world, 'Query', {
        TableName: 'random',
        IndexName: 'byg',
        KeyConditionExpression: 'g = :g AND n >= :low',
        ExpressionAttributeValues: { ':g': S(read.group), ':low': N(plain(low)) },
        Limit,
      });
      const segments = Array.from({ length: read.TotalSegments }, (_, Segment) =>
        readAll(world, 'Scan', { TableName: 'random', Segment, TotalSegments: read.TotalSegments, Limit }),
      ).flat();

      const all = [...rows.values()];
      expect(partition).toEqual(
        inOrder(all.filter((each) => each.p === read.hash && each.n >= low && each.n <= high)),
      );
      const grouped = all.filter((each) => each.g === read.group && each.n >= low);
      expect(sorted(index)).toEqual(sorted(grouped.map(itemOf)));
      expect(index.map((item) => Number((item.n as { N: string }).N))).toEqual(
        grouped.map((each) => each.n).sort((a, b) => a - b),
      );
      expect(sorted(segments)).toEqual(sorted(all.map(itemOf)));
      for (const each of all) expect(world.get('random', keyOf(each.p, each.n))).toEqual(itemOf(each));
    }),
    { numRuns: 200 },
  );
});
