/**
 * Order over an ordered exchange and queue, under faults: each group in its order, no group held by
 * another.
 */
import { expect, test } from 'vitest';
import { bind, defineApp, defineConsumer, defineExchange, defineQueue, fixed } from '#lib';
import { ALL_FAULTS, simulate } from '#lib/testing';
import { seeds } from './seeds.ts';

const GROUPS = 10;
const MESSAGES = 1_000;
const FAULTS = {
  duplicate: 0.05,
  crashBeforeRun: 0.01,
  crashAfterRun: 0.01,
  loseAck: 0.02,
  loseAnswer: 0.01,
  throttle: 0.01,
  slow: 0.01,
} as const;

// A tenth of the others' seeds: each of these is as long as several of theirs.
const few = seeds('order').slice(0, Math.max(2, Math.floor(seeds('order').length / 10)));

interface Step {
  readonly group: string;
  readonly number: number;
}

test('ten groups of a thousand messages arrive in order each, whatever crashes and lags', async () => {
  const moves = defineExchange('moves', { type: 'fanout', ordered: ({ group }: Step) => group });
  const line = defineQueue('line', { ordered: ({ group }: Step) => group, deadLetter: { after: 20 } });
  const seen = new Set<string>();
  const effects = new Map<string, number[]>();
  const consumer = defineConsumer(line, {
    once: true,
    retry: { attempts: 5, backoff: fixed('1s') },
    run({ body, properties }) {
      // An effect of the handler's own, keyed by the message's id: a second run of it changes nothing.
      if (seen.has(properties.messageId)) return;
      seen.add(properties.messageId);
      const { group, number } = body as Step;
      effects.set(group, [...(effects.get(group) ?? []), number]);
    },
  });
  const app = defineApp('line', { bindings: [bind(moves, line)], consumers: [consumer] });
  const sim = simulate(app, { seed: 7, faults: FAULTS });

  const publications = Array.from({ length: GROUPS * MESSAGES }, (_, index) => ({
    key: '',
    message: { group: `g${index % GROUPS}`, number: Math.floor(index / GROUPS) },
  }));
  const outcomes = await sim.publishMany(moves, publications);
  await sim.advance('6h');

  expect(outcomes.filter(({ status }) => status === 'failed')).toEqual([]);
  expect(sim.deadLetters(line).map(({ dead }) => dead)).toEqual([]);
  expect(Object.values(sim.faults()).every((count) => count > 0)).toBe(true);
  const inOrder = Array.from({ length: MESSAGES }, (_, number) => number);
  for (let group = 0; group < GROUPS; group++) expect(effects.get(`g${group}`)).toEqual(inOrder);
});

test.each(few)('with seed %d no fault at all puts a group out of its order', async (seed) => {
  const moves = defineExchange('moves', { type: 'fanout', ordered: ({ group }: Step) => group });
  const line = defineQueue('line', { ordered: ({ group }: Step) => group, deadLetter: { after: 50 } });
  const starts = new Map<string, number>();
  const effects = new Map<string, Step>();
  const consumer = defineConsumer(line, {
    once: true,
    retry: { attempts: 50, backoff: fixed('1s') },
    run({ body, properties: { messageId } }) {
      // The storm publishes nothing but its own steps.
      const step = body as Step;
      starts.set(messageId, (starts.get(messageId) ?? 0) + 1);
      if (step.number % 7 === 0 && starts.get(messageId) === 1) throw new Error('not yet');
      // A map keeps the place of what it has.
      effects.set(messageId, step);
    },
  });
  const app = defineApp('line', { bindings: [bind(moves, line)], consumers: [consumer] });
  const sim = simulate(app, { seed, faults: ALL_FAULTS });

  const steps = Array.from({ length: 200 }, (_, index) => ({
    group: `g${index % 5}`,
    number: Math.floor(index / 5),
  }));
  const outcomes = await sim.publishMany(
    moves,
    steps.map((message) => ({ key: '', message })),
  );
  await sim.advance('48h');

  const numbers = (group: string, list: Iterable<Step>): readonly number[] =>
    [...list].flatMap((step) => (step.group === group ? [step.number] : []));
  // What was refused for good may have been taken all the same.
  const sent = steps.filter((_, index) => outcomes[index]?.status !== 'failed');
  expect(sim.deadLetters(line)).toEqual([]);
  for (const group of ['g0', 'g1', 'g2', 'g3', 'g4']) {
    const arrived = numbers(group, effects.values());
    expect(arrived).toEqual(arrived.toSorted((one, other) => one - other));
    expect(arrived).toEqual(expect.arrayContaining([...numbers(group, sent)]));
  }
  await sim.close();
});

test('a group whose head fails holds itself, and no other', async () => {
  const line = defineQueue('line', { ordered: ({ group }: Step) => group });
  const done: string[] = [];
  const consumer = defineConsumer(line, {
    retry: { attempts: 3, backoff: fixed('10m') },
    run({ body }, { now }) {
      const { group, number } = body as Step;
      if (group === 'bad' && number === 0) throw new Error('not this one');
      done.push(`${group}${number} ${now().toISOString().slice(11, 16)}`);
    },
  });
  const sim = simulate(defineApp('line', { consumers: [consumer] }));

  await Promise.all(
    [0, 1].flatMap((number) => ['bad', 'good'].map((group) => sim.publish(line, { group, number }))),
  );
  await sim.advance('1h');

  expect(done).toEqual(['good0 00:00', 'good1 00:00', 'bad1 00:20']);
  expect(sim.deadLetters(line)).toHaveLength(1);
});
