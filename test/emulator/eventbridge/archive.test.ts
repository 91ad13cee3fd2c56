import { expect, test } from 'vitest';
import { busArn, createWorld, refusal, START, type World } from './world.ts';

const MINUTE = 60_000;
const ARCHIVE = 'arn:aws:events:eu-north-1:123456789012:archive/kept';

function appWorld(): World {
  const world = createWorld();
  world.bus('app');
  world.rule('app', 'all', { source: ['shop'] }, { Id: 'q', Arn: world.queue('q') });
  world.rule('app', 'other', { source: ['shop'] }, { Id: 'q', Arn: world.queue('other') });
  world.call('CreateArchive', { ArchiveName: 'kept', EventSourceArn: busArn('app') });
  return world;
}

function start(world: World, more: object = {}) {
  return world.call('StartReplay', {
    ReplayName: 'again',
    EventSourceArn: ARCHIVE,
    EventStartTime: new Date(START),
    EventEndTime: new Date(START + 60 * MINUTE),
    Destination: { Arn: busArn('app') },
    ...more,
  });
}

test('an archive keeps the events that fit its pattern, for as long as it was asked to', async () => {
  const world = appWorld();
  world.call('UpdateArchive', {
    ArchiveName: 'kept',
    EventPattern: '{"detail":{"n":[1]}}',
    RetentionDays: 1,
  });
  world.put('app', { n: 1 });
  world.put('app', { n: 2 });
  world.put('default', { n: 1 });

  const before = world.call('DescribeArchive', { ArchiveName: 'kept' });
  await world.clock.advance(86_400_001);
  const after = world.call('ListArchives', { EventSourceArn: busArn('app') });

  expect(before).toMatchObject({
    ArchiveArn: ARCHIVE,
    EventCount: 1,
    SizeBytes: expect.any(Number),
    State: 'ENABLED',
    RetentionDays: 1,
  });
  expect(after).toEqual({
    Archives: [expect.objectContaining({ ArchiveName: 'kept', EventCount: 0, SizeBytes: 0 })],
  });
});

test('a replay sends archived events again, minute after minute, and archives none', async () => {
  const world = appWorld();
  for (const n of [1, 2]) {
    world.put('app', { n });
    await world.clock.advance(MINUTE);
  }
  await world.received('q');

  const started = start(world);
  await world.clock.settled();
  const first = await world.events('q');
  const running = world.call('DescribeReplay', { ReplayName: 'again' }).State;
  await world.clock.advance(1_000);

  expect(started).toMatchObject({ State: 'STARTING', ReplayArn: expect.stringContaining(':replay/again') });
  expect(first).toMatchObject([{ 'replay-name': 'again', detail: { n: 1 }, time: '2026-01-01T00:00:00Z' }]);
  expect(running).toBe('RUNNING');
  expect(await world.events('q')).toMatchObject([{ detail: { n: 2 } }]);
  expect(world.call('DescribeReplay', { ReplayName: 'again' })).toMatchObject({
    State: 'COMPLETED',
    EventLastReplayedTime: new Date(START + MINUTE),
    ReplayEndTime: expect.any(Date),
  });
  expect(world.call('DescribeArchive', { ArchiveName: 'kept' }).EventCount).toBe(2);
});

test('a replay keeps to its time and to the rules that it names', async () => {
  const world = appWorld();
  for (const n of [1, 2]) {
    world.put('app', { n });
    await world.clock.advance(MINUTE);
  }
  await world.received('q');
  await world.received('other');
  const FilterArns = ['arn:aws:events:eu-north-1:123456789012:rule/app/all'];

  start(world, {
    EventStartTime: new Date(START + MINUTE),
    Destination: { Arn: busArn('app'), FilterArns },
  });

  expect((await world.events('q')).map(({ detail }) => detail)).toEqual([{ n: 2 }]);
  expect(await world.events('other')).toEqual([]);
});

test('a replay that is cancelled sends no more', async () => {
  const world = appWorld();
  for (const n of [1, 2]) {
    world.put('app', { n });
    await world.clock.advance(MINUTE);
  }
  await world.received('q');

  start(world);
  await world.clock.settled();
  const cancelled = world.call('CancelReplay', { ReplayName: 'again' });
  // Less than the visibility timeout, after which the queue would show old messages again.
  await world.clock.advance(5_000);

  expect(cancelled).toMatchObject({ State: 'CANCELLING' });
  expect(await world.events('q')).toHaveLength(1);
  expect(world.call('ListReplays', { State: 'CANCELLED' }).Replays).toHaveLength(1);
  expect(refusal(() => world.call('CancelReplay', { ReplayName: 'again' }))).toMatchObject({
    name: 'IllegalStatusException',
    message: 'Replay again is not in a valid state for this operation.',
  });
});

test('a deleted archive is gone', () => {
  const world = appWorld();

  world.call('DeleteArchive', { ArchiveName: 'kept' });

  expect(world.call('ListArchives')).toEqual({ Archives: [] });
});
