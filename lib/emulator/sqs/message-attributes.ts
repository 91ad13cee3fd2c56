/** Message attributes of a request, read and checked, and their share of a message's size. */
import type { ServiceError } from '../error.ts';
import type { Input } from '../service.ts';
import { malformed, optionalStructure, structure, text } from './fields.ts';
import { ATTRIBUTE_NAME_MAX, ATTRIBUTE_TYPE_MAX, MESSAGE_ATTRIBUTES_MAX } from './limits.ts';
import type { MessageAttribute, MessageAttributes } from './message.ts';
import { invalid } from './refusal.ts';

/** The characters that XML and therefore SQS can carry; the flag makes unpaired surrogates fail too. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

// Digits, letters with accents (not documented, but taken), and _ - .
const NAME = /^[A-Za-z0-9_.\-\u00C0-\u017F]+$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** The first character that a body or text attribute may not have. */
export function forbiddenCharacter(value: string): string | undefined {
  return isPlain(value) ? undefined : FORBIDDEN.exec(value)?.[0];
}

/** Whether a text is of printable ASCII, as most are: a plain loop sees that sooner than the expression. */
function isPlain(value: string): boolean {
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

/** Reads and checks MessageAttributes; undefined where there are none. */
export function readMessageAttributes(input: Input): MessageAttributes | undefined {
  // Said twice because it is quicker: most messages have none, and a name that is known here is found sooner.
  if (input.MessageAttributes === undefined) return undefined;
  const map = optionalStructure(input, 'MessageAttributes');
  if (map === undefined) return undefined;
  const names = Object.keys(map);
  if (names.length === 0) return undefined;
  if (names.length > MESSAGE_ATTRIBUTES_MAX) {
    const limit = `exceeds the allowed maximum [${MESSAGE_ATTRIBUTES_MAX}].`;
    throw invalid(`Number of message attributes [${names.length}] ${limit}`);
  }
  const entries = names.map((name) => {
    checkName(name);
    return [name, readValue(name, structure(map[name], name), 'message (user) attribute')] as const;
  });
  return Object.fromEntries(entries);
}

/** Reads AWSTraceHeader, the one system attribute that a sender can set. */
export function readTraceHeader(input: Input): string | undefined {
  if (input.MessageSystemAttributes === undefined) return undefined;
  const map = optionalStructure(input, 'MessageSystemAttributes');
  if (map === undefined) return undefined;
  for (const name of Object.keys(map)) {
    if (name !== 'AWSTraceHeader') throw invalid(`Message system attribute name '${name}' is invalid.`);
  }
  if (map.AWSTraceHeader === undefined) return undefined;
  const value = readValue(
    'AWSTraceHeader',
    structure(map.AWSTraceHeader, 'AWSTraceHeader'),
    'message system attribute',
  );
  if (value.DataType !== 'String' || value.StringValue === undefined) {
    throw invalid("The message system attribute 'AWSTraceHeader' must be of type 'String'.");
  }
  return value.StringValue;
}

/** Bytes of names, types and values, all of which count towards a message's size. */
export function attributesBytes(attributes: MessageAttributes | undefined): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(attributes ?? {})) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value.DataType);
    bytes += value.BinaryValue?.length ?? Buffer.byteLength(value.StringValue ?? '');
  }
  return bytes;
}

/** The same of attributes that were not checked yet: a batch's size is looked at before its entries are. */
export function uncheckedBytes(map: unknown): number {
  if (typeof map !== 'object' || map === null) return 0;
  let total = 0;
  for (const [name, value] of Object.entries(map)) {
    total += Buffer.byteLength(name);
    if (typeof value !== 'object' || value === null) continue;
    for (const part of Object.values(value)) {
      if (typeof part === 'string') total += Buffer.byteLength(part);
      else if (part instanceof Uint8Array) total += part.length;
    }
  }
  return total;
}

function checkName(name: string): void {
  if (name === '') throw invalid('The request must contain non-empty message (user) attribute names.');
  if (name.length > ATTRIBUTE_NAME_MAX) {
    throw invalid(`Message (user) attribute name must be shorter than ${ATTRIBUTE_NAME_MAX} bytes.`);
  }
  if (/^(aws|amazon)\./i.test(name)) {
    throw invalid(
      "You can't use message attribute names beginning with 'AWS.' or 'Amazon'. " +
        'These strings are reserved for internal use.',
    );
  }
  if (!NAME.test(name) || name.startsWith('.') || name.endsWith('.') || name.includes('..')) {
    throw invalid(`Message (user) attribute name '${name}' is invalid.`);
  }
}

function readValue(name: string, input: Input, kind: string): MessageAttribute {
  const type = text(input, 'DataType') ?? '';
  const stringValue = text(input, 'StringValue');
  const binaryValue = bytes(input.BinaryValue, name);
  if (hasItems(input.StringListValues) || hasItems(input.BinaryListValues)) {
    throw invalid('Message attribute list values in SendMessage operation are not supported.');
  }
  const refuse = (what: string) =>
    invalid(`The ${kind} '${name}' must contain a non-empty message attribute ${what}.`);
  if (type === '') throw refuse(stringValue === undefined && binaryValue === undefined ? 'value' : 'type');
  if (Buffer.byteLength(type) > ATTRIBUTE_TYPE_MAX) {
    throw invalid(`Message (user) attribute type must be shorter than ${ATTRIBUTE_TYPE_MAX} bytes.`);
  }
  const base = /^(String|Number|Binary)(\..*)?$/.exec(type)?.[1];
  if (base === undefined) {
    const prefixes = 'You must use only the following supported type prefixes: Binary, Number, String.';
    throw invalid(`The type of ${kind} '${name}' is invalid. ${prefixes}`);
  }
  if (base === 'Binary') {
    if (binaryValue === undefined || binaryValue.length === 0) throw empty(name, kind, base);
    return { DataType: type, BinaryValue: binaryValue };
  }
  if (stringValue === undefined || stringValue === '') throw empty(name, kind, base);
  checkText(name, kind, base, stringValue);
  return { DataType: type, StringValue: stringValue };
}

function checkText(name: string, kind: string, base: string, value: string): void {
  if (base === 'Number' && !NUMBER.test(value))
    throw invalid(`Can't cast the value of ${kind} '${name}' to a number.`);
  const character = forbiddenCharacter(value);
  if (character === undefined) return;
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  throw invalid(`Invalid binary character '#x${code}' was found in the value of ${kind} '${name}'.`);
}

function empty(name: string, kind: string, base: string): ServiceError {
  const subject = `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
  return invalid(`${subject} '${name}' must contain a non-empty value of type '${base}'.`);
}

function bytes(value: unknown, name: string): Uint8Array | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Uint8Array) return value;
  throw malformed(`Expected binary data for ${name}`);
}

function hasItems(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}
