import fc from 'fast-check';
import { expect, test } from 'vitest';
import { busArn, CALLER, createWorld, queueArn, reasons } from './world.ts';

const SHOP = { source: ['shop'] };

test('an event reaches the targets of every rule whose pattern it fits', async () => {
  const world = createWorld();
  world.bus('app');
  world.rule(
    'app',
    'big',
    { detail: { total: [{ numeric: ['>', 10] }] } },
    { Id: 'q', Arn: world.queue('big') },
  );
  world.rule('app', 'all', SHOP, { Id: 'q', Arn: world.queue('all') });

  const { Entries, FailedEntryCount } = world.put('app', { total: 11 }, { Resources: ['r'] });
  world.put('app', { total: 9 });

  const [event] = await world.events('big');
  expect(FailedEntryCount).toBe(0);
  expect(event).toEqual({
    version: '0',
    // PutEvents answers a list of entries.
    id: (Entries as readonly { EventId: string }[])[0]?.EventId,
    'detail-type': 'order',
    source: 'shop',
    account: CALLER.account,
    time: '2026-01-01T00:00:00Z',
    region: CALLER.region,
    resources: ['r'],
    detail: { total: 11 },
  });
  expect(await world.events('all')).toHaveLength(2);
});

test('a function gets the event itself', async () => {
  const world = createWorld();
  const events: unknown[] = [];
  const arn = await world.fn('listener', (event) => events.push(event));
  world.rule('default', 'r', SHOP, { Id: 'f', Arn: arn });

  world.put('default', { a: 1 });
  await world.clock.settled();

  expect(events).toEqual([expect.objectContaining({ source: 'shop', detail: { a: 1 } })]);
});

test('a disabled rule gets nothing until it is enabled', async () => {
  const world = createWorld();
  world.rule('default', 'r', SHOP, { Id: 'q', Arn: world.queue('q') });

  world.call('DisableRule', { Name: 'r' });
  world.put('default', { n: 1 });
  world.call('EnableRule', { Name: 'r' });
  world.put('default', { n: 2 });

  expect((await world.events('q')).map(({ detail }) => detail)).toEqual([{ n: 2 }]);
});

test('a message group orders a FIFO queue, and makes a standard queue fair', async () => {
  const world = createWorld();
  const SqsParameters = { MessageGroupId: 'tenant' };
  const fifo = world.queue('q.fifo', { ContentBasedDeduplication: 'true' });
  world.rule(
    'default',
    'r',
    SHOP,
    ...[
      { Id: 'fifo', Arn: fifo, SqsParameters },
      { Id: 'fair', Arn: world.queue('fair'), SqsParameters },
    ],
  );

  world.put('default', {});

  for (const name of ['q.fifo', 'fair']) {
    const [message] = await world.received(name);
    expect(message?.Attributes?.MessageGroupId).toBe('tenant');
  }
});

test('an event passes from one bus to another, and to no third one', async () => {
  const world = createWorld();
  for (const name of ['a', 'b', 'c']) world.bus(name);
  const DeadLetterConfig = { Arn: world.queue('dead') };
  world.rule('a', 'to-b', SHOP, { Id: 'b', Arn: busArn('b') });
  world.rule('b', 'to-c', SHOP, { Id: 'c', Arn: busArn('c'), DeadLetterConfig });
  world.rule('b', 'to-q', SHOP, { Id: 'q', Arn: world.queue('on-b') });
  world.rule('c', 'to-q', SHOP, { Id: 'q', Arn: world.queue('on-c') });

  world.put('a', { n: 1 });

  expect((await world.events('on-b')).map(({ detail }) => detail)).toEqual([{ n: 1 }]);
  expect(await world.events('on-c')).toEqual([]);
  const [dead] = await world.received('dead');
  expect(reasons(dead)).toEqual({
    ERROR_CODE: 'THIRD_ACCOUNT_HOP_DETECTED',
    ERROR_MESSAGE: 'an event can be sent to an event bus target only once',
    RETRY_ATTEMPTS: '0',
    RULE_ARN: 'arn:aws:events:eu-north-1:123456789012:rule/b/to-c',
    TARGET_ARN: busArn('c'),
  });
});

test('an event for a bus that is not there is accepted and lost', async () => {
  const world = createWorld();

  expect(world.put('nowhere', {})).toEqual({
    FailedEntryCount: 0,
    Entries: [{ EventId: expect.any(String) }],
  });
  await world.clock.settled();
  expect(world.eventbridge.pendingDeliveries()).toBe(0);
});

test('an event reaches exactly the queues whose rules it fits, each once, among 300', async () => {
  const WORD = fc.constantFrom('a', 'b', 'c', 'd');
  const PATTERN = fc.record({ x: fc.uniqueArray(WORD, { minLength: 1 }), y: WORD }, { requiredKeys: ['x'] });

  await fc.assert(
    fc.asyncProperty(
      fc.array(PATTERN, { minLength: 1, maxLength: 8 }),
      fc.array(fc.record({ x: WORD, y: WORD }), { maxLength: 6 }),
      async (patterns, details) => {
        const world = createWorld();
        world.bus('app');
        const fill = 300 - patterns.length;
        for (let index = 0; index < fill; index++)
          world.rule('app', `other-${index}`, { source: [`s${index}`] });
        for (const [index, { x, y }] of patterns.entries()) {
          const detail = { x, ...(y !== undefined && { y: [y] }) };
          world.rule('app', `r${index}`, { detail }, { Id: 'q', Arn: world.queue(`q${index}`) });
        }

        for (const detail of details) world.put('app', detail);

        for (const [index, pattern] of patterns.entries()) {
          const fitting = details.filter(
            ({ x, y }) => pattern.x.includes(x) && (pattern.y === undefined || pattern.y === y),
          );
          const got = await world.events(`q${index}`);
          const sorted = (all: readonly unknown[]) => all.map((each) => JSON.stringify(each)).sort();
          expect(sorted(got.map(({ detail }) => detail))).toEqual(sorted(fitting));
        }
      },
    ),
    { numRuns: 20 },
  );
});

test('closing ends what is on its way', async () => {
  const world = createWorld();
  world.rule('default', 'r', SHOP, { Id: 'q', Arn: queueArn('missing') });
  world.call('PutRule', { Name: 'timer', ScheduleExpression: 'rate(1 minute)' });
  world.put('default', {});

  world.eventbridge.close();
  await world.clock.settled();

  expect(world.eventbridge.pendingDeliveries()).toBe(0);
  expect(world.clock.next()).toBeUndefined();
});
