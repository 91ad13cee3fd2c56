/**
 * DynamoDB's number type: up to 38 significant decimal digits, magnitudes from 1e-130 to 9.99…e125. Numbers
 * are kept as plain decimal text, the form in which DynamoDB gives them back, and are calculated with BigInt,
 * never with floats.
 */
import { validation } from './refusals.ts';

/** d₁.d₂d₃… × 10^exponent, without leading or trailing zero digits; zero has no digits. */
export interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

const DIGITS_MAX = 38;
const EXPONENT_MAX = 125;
const EXPONENT_MIN = -130;
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;
// Nearly all numbers in practice: already in plain form, and exact in a double.
const SHORT_INTEGER = /^(?:0|-?[1-9]\d{0,14})$/;
const ZERO: Decimal = { negative: false, digits: '', exponent: 0 };

const OVERFLOW = 'Number overflow. Attempting to store a number with magnitude larger than supported range';
const UNDERFLOW =
  'Number underflow. Attempting to store a number with magnitude smaller than supported range';

/** Checks a number as it came in and gives its plain form; refuses what DynamoDB cannot store. */
export function parseNumber(text: string): string {
  if (SHORT_INTEGER.test(text)) return text;
  const decimal = readDecimal(text);
  if (decimal === undefined) {
    const what = text === '' ? '' : `: ${text}`;
    throw validation(`The parameter cannot be converted to a numeric value${what}`);
  }
  checkRange(decimal);
  if (decimal.digits.length > DIGITS_MAX) {
    throw validation('Attempting to store more than 38 significant digits in a Number');
  }
  return toPlain(decimal);
}

/** The parts of a number in any accepted notation, or undefined where it is none. */
function readDecimal(text: string): Decimal | undefined {
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', power = '0'] = match;
  const all = whole + fraction;
  if (all === '') return undefined;
  const leading = all.length - all.replace(/^0+/, '').length;
  const digits = all.slice(leading).replace(/0+$/, '');
  if (digits === '') return ZERO;
  const exponent = whole.length - 1 - leading + Number(power);
  return { negative: sign === '-', digits, exponent };
}

/** A number without an exponent, as DynamoDB answers it. */
function toPlain({ negative, digits, exponent }: Decimal): string {
  if (digits === '') return '0';
  const sign = negative ? '-' : '';
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return sign + digits + '0'.repeat(exponent + 1 - digits.length);
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

/** -1, 0 or 1 for two numbers in plain form. */
export function compareNumbers(a: string, b: string): number {
  if (a === b) return 0;
  if (SHORT_INTEGER.test(a) && SHORT_INTEGER.test(b)) return Number(a) < Number(b) ? -1 : 1;
  return compareDecimals(decimalOf(a), decimalOf(b));
}

/** The exact sum of two numbers in plain form; refused where DynamoDB could not store it. */
export function addNumbers(a: string, b: string): string {
  if (SHORT_INTEGER.test(a) && SHORT_INTEGER.test(b)) return String(Number(a) + Number(b));
  const sum = addDecimals(decimalOf(a), decimalOf(b));
  checkRange(sum);
  // DynamoDB reports a result that needs too many digits as an overflow, too.
  if (sum.digits.length > DIGITS_MAX) throw validation(OVERFLOW);
  return toPlain(sum);
}

/** The exact difference of two numbers in plain form. */
export function subtractNumbers(a: string, b: string): string {
  return addNumbers(a, negate(b));
}

/** The parts of a number that is known to be one. */
export function decimalOf(plain: string): Decimal {
  const decimal = readDecimal(plain);
  if (decimal === undefined)
    throw validation(`The parameter cannot be converted to a numeric value: ${plain}`);
  return decimal;
}

function negate(plain: string): string {
  if (plain === '0') return plain;
  return plain.startsWith('-') ? plain.slice(1) : `-${plain}`;
}

function checkRange({ digits, exponent }: Decimal): void {
  if (digits === '') return;
  if (exponent > EXPONENT_MAX) throw validation(OVERFLOW);
  if (exponent < EXPONENT_MIN) throw validation(UNDERFLOW);
}

function compareDecimals(a: Decimal, b: Decimal): number {
  const signA = a.digits === '' ? 0 : a.negative ? -1 : 1;
  const signB = b.digits === '' ? 0 : b.negative ? -1 : 1;
  if (signA !== signB) return signA < signB ? -1 : 1;
  if (a.exponent !== b.exponent) return a.exponent < b.exponent ? -signA : signA;
  // Digits without trailing zeros order like text: '15' < '2', '1' < '15'.
  if (a.digits === b.digits) return 0;
  return a.digits < b.digits ? -signA : signA;
}

function addDecimals(a: Decimal, b: Decimal): Decimal {
  const lowest = Math.min(lastPlace(a), lastPlace(b));
  const sum = scaled(a, lowest) + scaled(b, lowest);
  if (sum === 0n) return ZERO;
  const text = (sum < 0n ? -sum : sum).toString();
  return { negative: sum < 0n, digits: text.replace(/0+$/, ''), exponent: lowest + text.length - 1 };
}

function lastPlace({ digits, exponent }: Decimal): number {
  return exponent - digits.length + 1;
}

function scaled(value: Decimal, lowest: number): bigint {
  if (value.digits === '') return 0n;
  const magnitude = BigInt(value.digits) * 10n ** BigInt(lastPlace(value) - lowest);
  return value.negative ? -magnitude : magnitude;
}
