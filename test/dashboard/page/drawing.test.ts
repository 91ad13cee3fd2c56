/** Where things stand in the drawings of the dashboard's page. */
import { expect, test } from 'vitest';
import { layOut } from '../../../lib/dashboard/page/pages/topology.ts';
import { DURATIONS_MS, toScale, toTimeTicks } from '../../../lib/dashboard/page/parts/scale.ts';
import type { ExchangeRow } from '../../../lib/dashboard/row.ts';

test.each([
  [0, [0]],
  [3, [0, 1, 2, 3]],
  [319, [0, 200, 400]],
  [0.7, [0, 0.25, 0.5, 0.75]],
])('figures up to %d are measured at %j', (max, ticks) => {
  expect(toScale(max).ticks).toEqual(ticks);
});

test('durations are measured at whole minutes and hours', () => {
  expect(toScale(5_000_000, DURATIONS_MS).ticks).toEqual([0, 1_800_000, 3_600_000, 5_400_000]);
  expect(toScale(900, DURATIONS_MS).ticks).toEqual([0, 500, 1_000]);
});

test('times are measured at round ones, as many as there is room for', () => {
  const from = Date.UTC(2026, 0, 1, 9, 7);

  const ticks = toTimeTicks(from, from + 3_600_000, 400);

  expect(ticks.map((at) => new Date(at).getUTCMinutes() % 15)).toEqual(ticks.map(() => 0));
  expect(ticks).toHaveLength(4);
});

test('exchanges stand left of what they lead to, and takers in the last column', () => {
  const { boxes } = layOut([
    exchange('orders', [
      { to: { kind: 'exchange', name: 'europe' } },
      { to: { kind: 'task', name: 'charge' } },
    ]),
    exchange('europe', [{ to: { kind: 'queue', name: 'ledger' } }]),
  ]);
  const x = Object.fromEntries(boxes.map((box) => [box.name, box.x]));

  expect(x.orders).toBeLessThan(x.europe ?? 0);
  expect(x.europe).toBeLessThan(x.ledger ?? 0);
  expect(x.charge).toBe(x.ledger);
});

test('no arrow runs behind a box that it passes', () => {
  const { boxes, arrows } = layOut([
    exchange('orders', [
      { pattern: 'a', to: { kind: 'exchange', name: 'europe' } },
      { pattern: 'b', to: { kind: 'task', name: 'charge' } },
    ]),
    exchange('europe', [{ to: { kind: 'task', name: 'charge' } }]),
  ]);
  const europe = boxes.find(({ name }) => name === 'europe');
  const direct = arrows.find(({ label }) => label === 'b');
  const level = Number(/ (\S+)H/.exec(direct?.path ?? '')?.[1]);

  expect(level < (europe?.y ?? 0) || level > (europe?.y ?? 0) + 40).toBe(true);
});

test('bindings in a circle are drawn all the same, and several to one taker are one arrow', () => {
  const { boxes, arrows } = layOut([
    exchange('a', [{ to: { kind: 'exchange', name: 'b' } }]),
    exchange('b', [
      { to: { kind: 'exchange', name: 'a' } },
      { pattern: 'x', to: { kind: 'task', name: 'charge' } },
      { pattern: 'y', to: { kind: 'task', name: 'charge' } },
    ]),
  ]);

  expect(boxes.map(({ name }) => name).sort()).toEqual(['a', 'b', 'charge']);
  expect(arrows.map(({ label }) => label)).toContain('x | y');
});

function exchange(name: string, bindings: ExchangeRow['bindings']): ExchangeRow {
  return { name, bindings, type: 'topic', carrier: 'EventBridge', ordered: false, internal: false };
}
