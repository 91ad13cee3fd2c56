/**
 * The values of message headers, and one text for each of them, so that two values are equal exactly when
 * their texts are: the comparison, the compiled router's index and the filters of SNS and EventBridge all use
 * it.
 */

/**
 * What a header may hold. null is AMQP's void. Numbers and bigints are equal when they are numerically equal,
 * dates when they are the same instant, bytes when they are the same bytes (RabbitMQ: also the UTF-8 bytes of
 * a string), lists and tables by their content.
 */
export type HeaderValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Date
  | Uint8Array
  | readonly HeaderValue[]
  | { readonly [name: string]: HeaderValue };

/**
 * The headers of a message, or the arguments of a binding to a headers exchange. An undefined header is not
 * there.
 */
export type Headers = { readonly [name: string]: HeaderValue };

/** Whether two header values are equal; types count: '1' is not 1, 1 is not true, a date is not a number. */
export function headerEquals(left: HeaderValue, right: HeaderValue): boolean {
  if (left === right) return true;
  // Two strings or two booleans that are not identical cannot have the same text.
  if (typeof left === typeof right && (typeof left === 'string' || typeof left === 'boolean')) return false;
  return headerText(left) === headerText(right);
}

/**
 * The text of a value: a letter for the type, a colon, the value. No letter is a hexadecimal digit, since
 * EventBridge compares strings that look like an IP address as addresses.
 */
export function headerText(value: HeaderValue): string {
  switch (typeof value) {
    case 'string':
      return `s:${value}`;
    case 'number':
      return `n:${numberText(value)}`;
    case 'bigint':
      return `n:${value}`;
    case 'boolean':
      return `t:${value}`;
    case 'undefined':
      return 'v:';
    case 'object':
      return objectText(value);
  }
}

/** Large whole numbers are written out, so that 1e21 and 10n ** 21n are the same. */
function numberText(value: number): string {
  return Number.isInteger(value) ? String(BigInt(value)) : String(value);
}

function objectText(
  value: Date | Uint8Array | readonly HeaderValue[] | { readonly [name: string]: HeaderValue } | null,
): string {
  if (value === null) return 'v:';
  if (value instanceof Date) return `i:${value.getTime()}`;
  if (value instanceof Uint8Array) return bytesText(value);
  if (isList(value)) return `l:${JSON.stringify(value.map(headerText))}`;
  const names = Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .sort();
  return `o:${JSON.stringify(names.map((name) => [name, headerText(value[name])]))}`;
}

/** Whether a value is a list; Array.isArray does not narrow readonly arrays. */
export function isList(
  value: readonly HeaderValue[] | { readonly [name: string]: HeaderValue },
): value is readonly HeaderValue[] {
  return Array.isArray(value);
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** AMQP's strings are bytes to RabbitMQ, so bytes that are valid UTF-8 equal the string which they spell. */
function bytesText(bytes: Uint8Array): string {
  try {
    return `s:${UTF8.decode(bytes)}`;
  } catch {
    return `x:${Buffer.from(bytes).toString('hex')}`;
  }
}
