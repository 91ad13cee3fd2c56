/** Figures, times and addresses as the dashboard's page writes them. */
import { expect, test } from 'vitest';
import { parsePlace, toHash } from '../../../lib/dashboard/page/place.ts';
import {
  hiddenHint,
  jsonProblem,
  plural,
  toDistance,
  toDuration,
  toPretty,
  toShortCount,
  toTime,
  toUsd,
} from '../../../lib/dashboard/page/text.ts';

test.each([
  [0, '0 ms'],
  [0.4, '<1 ms'],
  [340, '340 ms'],
  [1_240, '1.2 s'],
  [42_400, '42 s'],
  [185_000, '3 min 5 s'],
  [120_000, '2 min'],
  [7_800_000, '2 h 10 min'],
  [90_000_000, '1 d 1 h'],
])('%d ms are written as %s', (ms, written) => {
  expect(toDuration(ms)).toBe(written);
});

test('a time of today has no date, one of another day or year has', () => {
  const now = new Date(2026, 10, 26, 12).getTime();

  expect(toTime(new Date(2026, 10, 26, 9, 4, 5).getTime(), now)).toBe('09:04:05');
  expect(toTime(new Date(2026, 10, 25, 9, 4, 5).getTime(), now)).toBe('25 Nov 09:04:05');
  expect(toTime(new Date(2025, 10, 25, 9, 4, 5).getTime(), now)).toBe('25 Nov 2025 09:04:05');
});

test('a distance says on which side of now it is', () => {
  expect(toDistance(10_000, 0)).toBe('in 10 s');
  expect(toDistance(0, 10_000)).toBe('10 s ago');
  expect(toDistance(400, 0)).toBe('now');
});

test('counts and prices are as short as they can be', () => {
  expect(toShortCount(9_999)).toBe('9,999');
  expect(toShortCount(1_250_000)).toBe('1.3M');
  expect(plural(1, 'message')).toBe('1 message');
  expect(plural(1_200, 'message')).toBe('1,200 messages');
  expect([0, 0.00412, 38.9].map(toUsd)).toEqual(['$0', '$0.0041', '$38.90']);
});

test('JSON is written over several lines, and what is none is told', () => {
  expect(toPretty('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(toPretty('no JSON')).toBe('no JSON');
  expect(jsonProblem('{}')).toBeUndefined();
  expect(jsonProblem('{')).toMatch(/^This is not JSON: /);
});

test('an address brings back the names and the query that it was made of', () => {
  const path = ['runs', 'a/b %?#ü'];
  const query = { search: 'name:"a b" AND x', state: 'FAILURE' };

  expect(parsePlace(toHash(path, { ...query, queue: undefined, task: '' }))).toEqual({ path, query });
  expect(parsePlace('')).toEqual({ path: [], query: {} });
  expect(parsePlace('#/runs/%')).toEqual({ path: ['runs', '%'], query: {} });
});

test('what an edited input does not show is explained where it has some', () => {
  const hint = hiddenHint('{"card": "[redacted]"}');

  expect(hint).toContain('a secret, which is kept');
  expect(hiddenHint('{"card": 1}')).toBe('');
});
