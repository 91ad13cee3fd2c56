import { describe, expect, test } from 'vitest';
import { bind, defineApp, defineConsumer, defineExchange, defineQueue, defineTask, topology } from '#lib';

const run = (): void => {};
const all = defineExchange('all', { type: 'fanout' });
const keyed = defineExchange('keyed', { type: 'direct' });
const events = defineExchange('events', { type: 'topic' });
const alerts = defineExchange('alerts', { type: 'headers' });
const plain = defineQueue('plain');

const many = (count: number, prefix = 'q') =>
  Array.from({ length: count }, (_, index) => defineQueue(`${prefix}${index}`));

describe('transport', () => {
  test('fanout and direct go over SNS, topic and headers over EventBridge', () => {
    const app = defineApp('shop', { exchanges: [all, keyed, events, alerts] });

    const { topics, busName, onBus } = topology(app, { stage: 'prod' }).exchanges;

    expect(topics.map(({ topicName }) => topicName)).toEqual(['shop-prod-all', 'shop-prod-keyed']);
    expect([busName, onBus]).toEqual(['shop-prod', ['events', 'alerts']]);
  });

  test('a path that matches words takes the exchange at its beginning to EventBridge', () => {
    const bindings = [bind(all, events), bind(events, 'a.*', plain)];

    const { topics, rules } = topology(defineApp('shop', { bindings })).exchanges;

    expect(topics).toEqual([]);
    expect(rules.map(({ exchange, queue }) => [exchange, queue])).toEqual([
      ['all', 'plain'],
      ['events', 'plain'],
    ]);
  });

  test('a topic exchange over SNS has its publishers give facts', () => {
    const words = defineExchange('words', { type: 'topic', transport: 'sns' });
    const app = defineApp('shop', { bindings: [bind(words, 'a.*.c', plain), bind(keyed, 'k', plain)] });

    const { topics, subscriptions, busName } = topology(app).exchanges;

    expect(topics.map(({ exchange, facts }) => [exchange, facts])).toEqual([
      ['words', true],
      ['keyed', false],
    ]);
    expect(subscriptions.map(({ exact }) => exact)).toEqual([true, true]);
    expect(busName).toBe(undefined);
  });

  test('an internal exchange has nothing of its own, unless it is an alternate', () => {
    const hidden = defineExchange('hidden', { type: 'fanout', internal: true });
    const rest = defineExchange('rest', { type: 'fanout', internal: true });
    const main = defineExchange('main', { type: 'direct', alternate: rest });
    const bindings = [bind(main, 'k', hidden), bind(hidden, plain), bind(rest, plain)];

    const { topics, subscriptions } = topology(defineApp('shop', { bindings })).exchanges;

    expect(topics.map(({ exchange }) => exchange)).toEqual(['main', 'rest']);
    expect(subscriptions.map(({ exchange, filterPolicy }) => [exchange, filterPolicy])).toEqual([
      ['main', { key: ['k:k'] }],
      ['rest', undefined],
    ]);
  });

  test('an app without exchanges has nothing', () => {
    const app = defineApp('shop', { queues: [plain] });

    expect(topology(app).exchanges).toEqual({
      topics: [],
      subscriptions: [],
      busName: undefined,
      onBus: [],
      rules: [],
      archives: [],
    });
  });
});

test('all bindings between an exchange and a queue are one way, tasks included', () => {
  const tasks = ['one', 'two'].map((name) => defineTask(name, { queue: plain, run }));
  const bindings = [
    ...tasks.map((task) => bind(keyed, task.name, task)),
    bind(keyed, 'three', plain),
    bind(events, 'a.#', plain),
    ...tasks.map((task) => bind(events, '#.z', task)),
  ];

  const { subscriptions, rules } = topology(defineApp('shop', { bindings })).exchanges;

  expect(subscriptions.map(({ queueName, filterPolicy }) => [queueName, filterPolicy])).toEqual([
    ['shop-dev-plain', { key: expect.arrayContaining(['k:one', 'k:two', 'k:three']) }],
  ]);
  expect(rules).toEqual([
    {
      exchange: 'events',
      busName: 'shop-dev',
      queue: 'plain',
      queueName: 'shop-dev-plain',
      pattern: { source: ['events'], detail: { key: { $or: [{ l0: ['=z'] }, { f0: ['=a'] }] } } },
      exact: true,
    },
  ]);
});

test('archives are named, filtered by their exchange and as long as asked', () => {
  const kept = defineExchange('kept', { type: 'fanout', archive: '30d' });

  const { archives, topics } = topology(defineApp('shop', { exchanges: [kept] })).exchanges;

  expect(topics).toEqual([]);
  expect(archives).toEqual([
    {
      exchange: 'kept',
      busName: 'shop-dev',
      archiveName: 'shop-dev-kept',
      pattern: { source: ['kept'] },
      days: 30,
    },
  ]);
});

describe('exactness', () => {
  // Two words between two '#' have no position.
  const inexact = '#.a.*.b.#';
  const byWildcard = '#.a.b.#';

  test('a queue without a worker gets exact filters, by a wildcard where the bus has one left', () => {
    const app = defineApp('shop', { bindings: [bind(events, byWildcard, plain)] });

    const [rule] = topology(app).exchanges.rules;

    expect(rule?.exact).toBe(true);
    expect(JSON.stringify(rule?.pattern)).toContain('wildcard');
  });

  test('a filter that cannot be exact is refused for it, and left to the worker of another', () => {
    const refused = defineApp('shop', { bindings: [bind(events, inexact, plain)] });
    const checked = defineApp('shop', {
      bindings: [bind(events, inexact, plain)],
      consumers: [defineConsumer(plain, { run })],
    });

    expect(() => topology(refused)).toThrow(
      expect.objectContaining({
        code: 'INEXACT_FILTER',
        message: expect.stringContaining('bindings.events.plain: EventBridge cannot filter exactly'),
      }),
    );
    expect(topology(checked).exchanges.rules[0]?.exact).toBe(false);
  });

  test('the 30 wildcards go to queues without a worker first, the rest over-matches', () => {
    const [worked, bare] = [many(25, 'w'), many(10, 'b')];
    const app = defineApp('shop', {
      bindings: [...worked, ...bare].map((queue) => bind(events, byWildcard, queue)),
      consumers: worked.map((queue) => defineConsumer(queue, { run })),
    });

    const { rules } = topology(app).exchanges;

    const wild = rules.filter(({ pattern }) => JSON.stringify(pattern).includes('wildcard'));
    expect(wild).toHaveLength(30);
    expect(wild.filter(({ queue }) => queue.startsWith('b'))).toHaveLength(10);
    expect(rules.filter(({ exact }) => !exact)).toHaveLength(5);
  });

  test('31 queues without a worker that need a wildcard are one too many', () => {
    const app = defineApp('shop', { bindings: many(31).map((queue) => bind(events, byWildcard, queue)) });

    expect(() => topology(app)).toThrow('in 30 rules of a bus');
  });

  test('over SNS a queue without a worker is told of EventBridge', () => {
    const words = defineExchange('words', { type: 'topic', transport: 'sns' });
    const app = defineApp('shop', { bindings: [bind(words, byWildcard, plain)] });

    expect(() => topology(app)).toThrow("set transport: 'eventbridge' on the exchange");
  });
});

describe('limits', () => {
  test('a bus has 300 rules', () => {
    const fits = defineApp('shop', { bindings: many(300).map((queue) => bind(events, 'a.#', queue)) });
    const over = defineApp('shop', { bindings: many(301).map((queue) => bind(events, 'a.#', queue)) });

    expect(topology(fits).exchanges.rules).toHaveLength(300);
    expect(() => topology(over)).toThrow(
      expect.objectContaining({
        code: 'TOO_MANY_RULES',
        message: expect.stringContaining('301 rules (one for each exchange and queue, and for each archive)'),
      }),
    );
  });

  test('the rule that EventBridge keeps for an archive counts', () => {
    const kept = defineExchange('events', { type: 'topic', archive: '1d' });
    const app = defineApp('shop', { bindings: many(300).map((queue) => bind(kept, 'a.#', queue)) });

    expect(() => topology(app)).toThrow('EventBridge allows 300 rules a bus');
  });

  test('a filter policy has 150 combinations', () => {
    const bound = (count: number) =>
      defineApp('shop', {
        bindings: Array.from({ length: count }, (_, index) => bind(keyed, `key-${index}`, plain)),
      });

    expect(topology(bound(150)).exchanges.subscriptions).toHaveLength(1);
    expect(() => topology(bound(151))).toThrow(
      expect.objectContaining({
        code: 'FILTER_POLICY_TOO_COMPLEX',
        message: expect.stringContaining('bindings.keyed.plain: '),
      }),
    );
    expect(() => topology(bound(151))).toThrow('151 combinations, at most 150 are allowed');
  });

  test('a filter policy has five keys', () => {
    const words = defineExchange('words', { type: 'topic', ordered: true });
    const queue = defineQueue('fifo', { ordered: true });
    const bound = (pattern: string) =>
      topology(defineApp('shop', { bindings: [bind(words, pattern, queue)] }));

    expect(bound('a.b.c.d.*').exchanges.subscriptions).toHaveLength(1);
    expect(() => bound('a.b.c.d.e.*')).toThrow(
      expect.objectContaining({ code: 'FILTER_POLICY_TOO_MANY_KEYS' }),
    );
    expect(() => bound('a.b.c.d.e.*')).toThrow('which needs an exchange that is not ordered');
  });

  test('an event pattern has 2,048 characters', () => {
    const bindings = Array.from({ length: 60 }, (_, index) =>
      bind(events, `a${index}.#.some-word-${index}`, plain),
    );

    expect(() => topology(defineApp('shop', { bindings }))).toThrow(
      expect.objectContaining({ code: 'EVENT_PATTERN_TOO_LONG' }),
    );
  });

  test('a topic has 200 filter policies, and a FIFO topic 100 subscriptions', () => {
    const policies = defineApp('shop', { bindings: many(201).map((queue) => bind(keyed, 'k', queue)) });
    const steps = defineExchange('steps', { type: 'fanout', ordered: true });
    const ordered = Array.from({ length: 101 }, (_, index) => defineQueue(`f${index}`, { ordered: true }));
    const fifo = defineApp('shop', { bindings: ordered.map((queue) => bind(steps, queue)) });

    expect(() => topology(policies)).toThrow(expect.objectContaining({ code: 'TOO_MANY_FILTER_POLICIES' }));
    expect(() => topology(fifo)).toThrow(expect.objectContaining({ code: 'TOO_MANY_SUBSCRIPTIONS' }));
  });

  test('a topic with more than 100 subscriptions takes messages of 256 KiB, others of 1 MiB', () => {
    const bytesMax = (count: number) =>
      topology(defineApp('shop', { bindings: many(count).map((queue) => bind(all, queue)) })).exchanges
        .topics[0]?.bytesMax;

    expect([bytesMax(100), bytesMax(101)]).toEqual([1_048_576, 262_144]);
  });

  test('the name of an archive has 48 characters', () => {
    const kept = defineExchange('an-exchange-with-quite-a-long-id', { type: 'topic', archive: '1d' });
    const app = defineApp('sixteen_letters_', { exchanges: [kept] });

    expect(() => topology(app, { stage: 'dev' })).toThrow(
      'exchanges.an-exchange-with-quite-a-long-id.archive',
    );
    expect(() => topology(app, { stage: 'dev' })).toThrow('EventBridge allows 48 characters and this has 53');
  });

  test('all of them are said at once, together with those of stage and workers', () => {
    const bindings = [
      ...Array.from({ length: 151 }, (_, index) => bind(keyed, `key-${index}`, plain)),
      bind(events, '#.a.*.b.#', plain),
    ];

    const build = () => topology(defineApp('shop', { bindings }), { stage: 'a-b', workers: { nope: {} } });

    expect(build).toThrow(expect.objectContaining({ code: 'INVALID_APP' }));
    expect(build).toThrow("app 'shop' has 4 problems");
  });
});
