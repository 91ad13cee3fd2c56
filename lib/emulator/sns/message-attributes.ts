/** Message attributes of a publish, read and checked, and their share of a message's size. */
import { ServiceError } from '../error.ts';
import type { Input } from '../service.ts';
import { optionalStructure, structure, text } from './fields.ts';
import { ATTRIBUTE_NAME_MAX } from './limits.ts';
import { invalidValue } from './refusal.ts';

export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: Uint8Array;
}

export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

const PREFIXES = 'the set of supported type prefixes is Binary, Number, and String.';
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const NONE: MessageAttributes = {};

/** Reads and checks MessageAttributes; `path` is where they stand in the request, as AWS names it. */
export function readMessageAttributes(input: Input, path: string): MessageAttributes {
  const map = optionalStructure(input, 'MessageAttributes');
  if (map === undefined) return NONE;
  const entries = Object.keys(map).map((name) => {
    const value = structure(map[name], `MessageAttributes.${name}`);
    checkType(value, name, path);
    checkName(name);
    return [name, readValue(name, value)] as const;
  });
  return Object.fromEntries(entries);
}

/** Bytes of names, types and values, all of which count towards a message's size. */
export function attributesBytes(attributes: MessageAttributes): number {
  let bytes = 0;
  for (const [name, value] of Object.entries(attributes)) {
    bytes += Buffer.byteLength(name) + Buffer.byteLength(value.DataType);
    bytes += value.BinaryValue?.length ?? Buffer.byteLength(value.StringValue ?? '');
  }
  return bytes;
}

function checkType(input: Input, name: string, path: string): void {
  if (text(input, 'DataType') !== undefined) return;
  const at = `${path}messageAttributes.${name}.member.dataType`;
  throw new ServiceError(
    'ValidationException',
    `1 validation error detected: Value null at '${at}' failed to satisfy constraint: ` +
      'Member must not be null',
  );
}

function checkName(name: string): void {
  if (name === '') throw invalidValue('The message attribute name can not be empty.');
  if (name.length > ATTRIBUTE_NAME_MAX) {
    throw invalidValue(`Length of message attribute name must be less than ${ATTRIBUTE_NAME_MAX} bytes.`);
  }
  const [character] = /[^A-Za-z0-9_.-]/u.exec(name) ?? [];
  if (character !== undefined) {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
    throw invalidValue(
      `Invalid non-alphanumeric character '#x${code}' was found in the message attribute name. ` +
        'Can only include alphanumeric characters, hyphens, underscores, or dots.',
    );
  }
  if (name.startsWith('.')) {
    throw invalidValue("Invalid message attribute name starting with character '.' was found.");
  }
  if (name.endsWith('.')) {
    throw invalidValue("Invalid message attribute name ending with character '.' was found.");
  }
  if (name.includes('..')) {
    throw invalidValue("Message attribute name can not have successive '.' character.");
  }
  if (/^(aws|amazon)\./i.test(name)) {
    throw invalidValue("Message attribute name can not start with 'AWS.' or 'Amazon.'.");
  }
}

function readValue(name: string, input: Input): MessageAttribute {
  const type = text(input, 'DataType') ?? '';
  const base = /^(String|Number|Binary)(\..*)?$/.exec(type)?.[1];
  if (base === undefined) {
    throw invalidValue(`The message attribute '${name}' has an invalid message attribute type, ${PREFIXES}`);
  }
  const stringValue = text(input, 'StringValue');
  const binaryValue = input.BinaryValue instanceof Uint8Array ? input.BinaryValue : undefined;
  const field = base === 'Binary' ? 'Binary' : 'String';
  const [wanted, other] = base === 'Binary' ? [binaryValue, stringValue] : [stringValue, binaryValue];
  if (wanted === undefined && other !== undefined && other.length > 0) {
    throw invalidValue(`The message attribute '${name}' with type '${base}' must use field '${field}'.`);
  }
  if (wanted === undefined || wanted.length === 0) {
    throw invalidValue(
      `The message attribute '${name}' must contain non-empty message attribute value ` +
        `for message attribute type '${type}'.`,
    );
  }
  if (typeof wanted !== 'string') return { DataType: type, BinaryValue: wanted };
  if (base === 'Number' && !NUMBER.test(wanted)) {
    throw invalidValue(`Could not cast message attribute '${name}' value to number.`);
  }
  if (type === 'String.Array' && !isList(wanted)) {
    throw invalidValue(`The message attribute '${name}' of type 'String.Array' must be a JSON array.`);
  }
  return { DataType: type, StringValue: wanted };
}

function isList(json: string): boolean {
  try {
    return Array.isArray(JSON.parse(json));
  } catch {
    return false;
  }
}
