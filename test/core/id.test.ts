import fc from 'fast-check';
import { expect, test } from 'vitest';
import { derivedId, newId, originId, sentAtOf } from '../../lib/core/id.ts';
import { createRandom } from '../../lib/testing/random.ts';

const SPACE = { app: 'shop', stage: 'dev' };
const NOW = Date.UTC(2026, 0, 1);

test('an id tells when it was sent', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 45 }), fc.integer(), (now, seed) => {
      expect(sentAtOf(SPACE, newId(SPACE, now, createRandom(seed)))).toBe(now);
    }),
  );
});

test('ids sort by time', () => {
  const random = createRandom(1);

  const ids = [0, 1, 999, 86_400_000].map((later) => newId(SPACE, NOW + later, random));

  expect([...ids].sort()).toEqual(ids);
});

test('100,000 ids of one millisecond differ', () => {
  const random = createRandom(2);

  const ids = new Set(Array.from({ length: 100_000 }, () => newId(SPACE, NOW, random)));

  expect(ids.size).toBe(100_000);
});

test.each([
  ['of another app', (id: string) => sentAtOf({ app: 'other', stage: 'dev' }, id)],
  ['of another stage', (id: string) => sentAtOf({ app: 'shop', stage: 'prod' }, id)],
  ['with one character changed', (id: string) => sentAtOf(SPACE, (id[0] === '0' ? '1' : '0') + id.slice(1))],
  ['cut short', (id: string) => sentAtOf(SPACE, id.slice(1))],
  ['that is a UUID', () => sentAtOf(SPACE, '6b0c4c1e-7c1a-4a51-9f0a-6a6a0d9b7c11')],
])('an id %s is not ours', (_, ask) => {
  expect(ask(newId(SPACE, NOW, createRandom(3)))).toBeUndefined();
});

test('a derived id is ours, keeps the time of its parent, and is the same whenever it is derived', () => {
  const parent = newId(SPACE, NOW, createRandom(4));

  const child = derivedId(SPACE, parent, 'step/1');

  expect(sentAtOf(SPACE, child)).toBe(NOW);
  expect(derivedId(SPACE, parent, 'step/1')).toBe(child);
  expect(derivedId(SPACE, parent, 'step/2')).not.toBe(child);
});

test('an id of something from outside has its time, and is the same for the same origin', () => {
  const id = originId(SPACE, NOW, 'sqs-message-1');

  expect(sentAtOf(SPACE, id)).toBe(NOW);
  expect(originId(SPACE, NOW, 'sqs-message-1')).toBe(id);
  expect(originId(SPACE, NOW, 'sqs-message-2')).not.toBe(id);
});
