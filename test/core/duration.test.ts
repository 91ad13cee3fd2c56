import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromMilliseconds, isDuration, toMilliseconds } from '../../lib/core/duration.ts';

test.each([
  ['250ms', 250],
  ['30s', 30_000],
  ['1.5s', 1_500],
  ['5m', 300_000],
  ['12h', 43_200_000],
  ['14d', 1_209_600_000],
  ['0s', 0],
])('%s is %d ms', (text, ms) => {
  expect(toMilliseconds(text)).toBe(ms);
});

test.each(['10', '10 s', '-1s', 's', '', '1w', '1e3s', ' 1s'])(
  "'%s' is refused with what is allowed",
  (text) => {
    expect(isDuration(text)).toBe(false);
    expect(() => toMilliseconds(text)).toThrow(
      expect.objectContaining({
        code: 'INVALID_DURATION',
        value: text,
        message: expect.stringContaining('write a number'),
      }),
    );
  },
);

test('what is written as a duration reads back as the same milliseconds', () => {
  fc.assert(
    fc.property(fc.nat(), (ms) => {
      expect(toMilliseconds(fromMilliseconds(ms))).toBe(ms);
    }),
  );
});
