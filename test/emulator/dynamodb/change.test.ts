/** Time to live and streams: what happens to items, and who is told. */
import { describe, expect, test } from 'vitest';
import type { StreamPosition } from '../../../lib/emulator/dynamodb/dynamodb.ts';
import { type Attributes, createWorld, N, S, START, type World } from './world.ts';

const HOUR_MS = 3_600_000;
const enable = { TableName: 'hash', TimeToLiveSpecification: { Enabled: true, AttributeName: 'gone' } };
/** An item that expires so many seconds after the start. */
const item = (a: string, seconds: number) => ({ a: S(a), gone: N(START / 1000 + seconds) });
const left = (world: World) =>
  (world.call('Scan', { TableName: 'hash' }).Items as { a: { S: string } }[]).map(({ a }) => a.S).sort();

describe('time to live', () => {
  test('is described as it is set', () => {
    const world = createWorld();
    const status = () => world.call('DescribeTimeToLive', { TableName: 'hash' }).TimeToLiveDescription;
    const before = status();

    const answer = world.call('UpdateTimeToLive', enable);

    expect(before).toEqual({ TimeToLiveStatus: 'DISABLED' });
    expect(answer).toEqual({ TimeToLiveSpecification: { Enabled: true, AttributeName: 'gone' } });
    expect(status()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'gone' });
  });

  test('deletes an expired item an hour after its time; until then it can be read', async () => {
    const world = createWorld();
    world.put('hash', item('early', 60));
    world.call('UpdateTimeToLive', enable);
    world.put('hash', item('late', 120), { a: S('never') }, { a: S('text'), gone: S('1') });

    await world.clock.advance(60_000 + HOUR_MS - 1);
    const expired = left(world);
    await world.clock.advance(1);
    const first = left(world);
    await world.clock.advance(60_000);

    expect(expired).toEqual(['early', 'late', 'never', 'text']);
    expect(first).toEqual(['late', 'never', 'text']);
    expect(left(world)).toEqual(['never', 'text']);
  });

  test('follows the time an item has last', async () => {
    const world = createWorld();
    world.call('UpdateTimeToLive', enable);
    world.put('hash', item('moved', 60), item('kept', 60));
    world.put('hash', item('moved', 7200));
    world.call('UpdateItem', { TableName: 'hash', Key: { a: S('kept') }, UpdateExpression: 'REMOVE gone' });

    await world.clock.advance(2 * HOUR_MS);
    const before = left(world);
    await world.clock.advance(HOUR_MS);

    expect(before).toEqual(['kept', 'moved']);
    expect(left(world)).toEqual(['kept']);
  });

  test('leaves alone what expired more than five years ago, and everything once it is off', async () => {
    const world = createWorld();
    world.call('UpdateTimeToLive', enable);
    world.put('hash', item('ancient', -6 * 365 * 86_400), item('soon', 60));
    world.call('UpdateTimeToLive', {
      TableName: 'hash',
      TimeToLiveSpecification: { Enabled: false, AttributeName: 'gone' },
    });

    await world.clock.advance(24 * HOUR_MS);

    expect(left(world)).toEqual(['ancient', 'soon']);
  });

  test('can be told to delete at once', async () => {
    const world = createWorld({ ttlDelayMs: 0 });
    world.call('UpdateTimeToLive', enable);
    world.put('hash', item('x', 60));

    await world.clock.advance(60_000);

    expect(left(world)).toEqual([]);
  });
});

describe('a stream', () => {
  function createStream(StreamViewType = 'NEW_AND_OLD_IMAGES') {
    const world = createWorld();
    const { TableDescription } = world.call('UpdateTable', {
      TableName: 'hash',
      StreamSpecification: { StreamEnabled: true, StreamViewType },
    });
    const arn = (TableDescription as Attributes).LatestStreamArn as string;
    const read = (from: StreamPosition = 'TRIM_HORIZON', limit = 100) =>
      world.dynamodb.readStream(arn, from, limit);
    return { world, arn, read };
  }
  const set = (world: World, value: string) =>
    world.call('UpdateItem', {
      TableName: 'hash',
      Key: { a: S('x') },
      UpdateExpression: 'SET v = :v',
      ExpressionAttributeValues: { ':v': S(value) },
    });

  test('tells every change in order, and nothing that changed nothing', () => {
    const { world, read } = createStream();
    world.put('hash', { a: S('x'), v: S('1') });
    set(world, '1');
    set(world, '2');
    world.call('DeleteItem', { TableName: 'hash', Key: { a: S('x') } });
    world.call('DeleteItem', { TableName: 'hash', Key: { a: S('x') } });

    const { records } = read();

    expect(
      records.map(({ eventName, dynamodb: { Keys, OldImage, NewImage } }) => ({
        eventName,
        Keys,
        OldImage,
        NewImage,
      })),
    ).toEqual([
      { eventName: 'INSERT', Keys: { a: S('x') }, NewImage: { a: S('x'), v: S('1') } },
      {
        eventName: 'MODIFY',
        Keys: { a: S('x') },
        OldImage: { a: S('x'), v: S('1') },
        NewImage: { a: S('x'), v: S('2') },
      },
      { eventName: 'REMOVE', Keys: { a: S('x') }, OldImage: { a: S('x'), v: S('2') } },
    ]);
    expect(records[0]).toMatchObject({
      eventSource: 'aws:dynamodb',
      awsRegion: 'eu-west-1',
      dynamodb: {
        ApproximateCreationDateTime: new Date(START),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
        SizeBytes: 6,
      },
    });
  });

  test.each([
    ['KEYS_ONLY', []],
    ['NEW_IMAGE', ['NewImage']],
    ['OLD_IMAGE', ['OldImage']],
    ['NEW_AND_OLD_IMAGES', ['NewImage', 'OldImage']],
  ])('with the view %s shows these images', (view, images) => {
    const { world, read } = createStream(view);
    world.put('hash', { a: S('x') });
    set(world, '1');

    const shown = Object.keys(read().records[1]?.dynamodb ?? {}).filter((name) => name.endsWith('Image'));

    expect(shown.sort()).toEqual(images);
  });

  test('is read in pages, from the oldest, from now, or after a record', () => {
    const { world, read } = createStream();
    const latest = read('LATEST');
    for (const value of ['1', '2', '3']) set(world, value);

    const first = read('TRIM_HORIZON', 2);
    const second = read(first.next, 2);
    const third = read(second.next);
    const values = [first, second, third, read(latest.next)].map(({ records }) =>
      records.map(({ dynamodb }) => dynamodb.NewImage?.v),
    );

    expect(values).toEqual([[S('1'), S('2')], [S('3')], [], [S('1'), S('2'), S('3')]]);
  });

  test('forgets records after a day, and goes on after them', async () => {
    const { world, read } = createStream();
    set(world, '1');
    const { next } = read();
    await world.clock.advance(24 * HOUR_MS + 1);
    set(world, '2');

    expect(read().records).toHaveLength(1);
    expect(read(next).records.map(({ dynamodb }) => dynamodb.NewImage?.v)).toEqual([S('2')]);
  });

  test('wakes those who subscribed until they leave', () => {
    const { world, arn } = createStream();
    let woken = 0;
    const leave = world.dynamodb.subscribe(arn, () => {
      woken += 1;
    });

    set(world, '1');
    set(world, '2');
    leave();
    set(world, '3');

    expect(woken).toBe(2);
  });

  test('says of an expired item that the service deleted it', async () => {
    const { world, read } = createStream();
    world.call('UpdateTimeToLive', enable);
    world.put('hash', item('x', 60));
    await world.clock.advance(60_000 + HOUR_MS);

    expect(read().records.at(-1)).toMatchObject({
      eventName: 'REMOVE',
      userIdentity: { Type: 'Service', PrincipalId: 'dynamodb.amazonaws.com' },
    });
  });

  test('tells all changes of a transaction, and none of one that was cancelled', () => {
    const { world, read } = createStream();
    const Put = (a: string) => ({
      Put: { TableName: 'hash', Item: { a: S(a) }, ConditionExpression: 'attribute_not_exists(a)' },
    });
    world.call('TransactWriteItems', { TransactItems: [Put('1'), Put('2')] });
    world.refusal('TransactWriteItems', { TransactItems: [Put('3'), Put('1')] });

    expect(read().records.map(({ dynamodb }) => dynamodb.Keys.a)).toEqual([S('1'), S('2')]);
  });

  test('that is not there is refused', () => {
    const { world } = createStream();

    expect(() =>
      world.dynamodb.readStream('arn:aws:dynamodb:eu-west-1:1:table/t/stream/s', 'LATEST', 1),
    ).toThrow(
      'Requested resource not found: Stream: arn:aws:dynamodb:eu-west-1:1:table/t/stream/s not found',
    );
  });
});
