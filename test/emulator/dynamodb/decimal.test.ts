/** Numbers: notation, range, order, and exact arithmetic against BigInt. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addNumbers,
  compareNumbers,
  parseNumber,
  subtractNumbers,
} from '../../../lib/emulator/dynamodb/decimal.ts';

const NINES = '9'.repeat(38);

test.each([
  ['0', '0'],
  ['-0', '0'],
  ['0e1000', '0'],
  ['+3', '3'],
  ['.123', '0.123'],
  ['5.', '5'],
  ['0042.1200', '42.12'],
  ['-0015.789e6', '-15789000'],
  ['1e+5', '100000'],
  ['-17.4E37', `-174${'0'.repeat(36)}`],
  ['0000012345678901234567890123456789012345678', '12345678901234567890123456789012345678'],
  ['-00001.23456789012345678901234567890123456780000', '-1.2345678901234567890123456789012345678'],
  [`0009.${'9'.repeat(37)}0000e125`, `${NINES}${'0'.repeat(88)}`],
  ['0001.000e-130', `0.${'0'.repeat(129)}1`],
])('%s is stored as %s', (text, stored) => {
  expect(parseNumber(text)).toBe(stored);
});

test.each([
  ['1', '10000000000000000000000', '10000000000000000000001'],
  ['-1', '10000000000000000000000', '9999999999999999999999'],
  ['0.1', '0.2', '0.3'],
  ['999999999999999', '1', '1000000000000000'],
  ['1.5', '-1.5', '0'],
  [NINES, `-${NINES}`, '0'],
  ['1e-130', '1e-130', `0.${'0'.repeat(129)}2`],
])('%s + %s is %s', (a, b, sum) => {
  expect(addNumbers(parseNumber(a), parseNumber(b))).toBe(sum);
});

describe('against BigInt', () => {
  // Up to 19 digits with up to 18 of them behind the point: any sum fits into 38.
  const PLACES = 18n;
  const units = fc.bigInt({ min: -(10n ** 36n), max: 10n ** 36n });
  const toText = (value: bigint) => {
    const digits = (value < 0n ? -value : value).toString().padStart(19, '0');
    return parseNumber(`${value < 0n ? '-' : ''}${digits.slice(0, -18)}.${digits.slice(-18)}`);
  };
  const toUnits = (text: string) => {
    const negative = text.startsWith('-');
    const [whole = '', fraction = ''] = text.replace('-', '').split('.');
    const value = BigInt(whole) * 10n ** PLACES + BigInt(fraction.padEnd(18, '0'));
    return negative ? -value : value;
  };

  test('sums and differences are exact', () => {
    fc.assert(
      fc.property(units, units, (a, b) => {
        expect(toUnits(addNumbers(toText(a), toText(b)))).toBe(a + b);
        expect(toUnits(subtractNumbers(toText(a), toText(b)))).toBe(a - b);
      }),
    );
  });

  test('the order is that of the numbers', () => {
    const close = fc
      .tuple(units, fc.bigInt({ min: -2n, max: 2n }))
      .map(([a, step]) => [a, a + step] as const);
    fc.assert(
      fc.property(fc.oneof(close, fc.tuple(units, units)), ([a, b]) => {
        expect(Math.sign(compareNumbers(toText(a), toText(b)))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });

  test('what was stored is stored again as it is', () => {
    fc.assert(
      fc.property(units, fc.integer({ min: -90, max: 80 }), (a, power) => {
        const stored = parseNumber(`${a}e${power}`);
        expect(parseNumber(stored)).toBe(stored);
      }),
    );
  });
});
