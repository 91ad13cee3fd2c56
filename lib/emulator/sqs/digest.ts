/** The MD5 digests that SQS answers with, so that clients can check what was received. */
import { hash } from 'node:crypto';
import type { MessageAttributes } from './message.ts';

const TEXT = 1;
const BINARY = 2;

export function md5(data: string | Uint8Array): string {
  return hash('md5', data);
}

/**
 * The digest over attributes: sorted by name; for each its name, its type, one byte for text or binary, and
 * its value, each with its length in four bytes before it (Developer Guide, "Calculating the MD5 message
 * digest for message attributes").
 */
export function md5OfAttributes(attributes: MessageAttributes): string {
  const parts: Uint8Array[] = [];
  for (const name of Object.keys(attributes).sort()) {
    const attribute = attributes[name];
    if (attribute === undefined) continue;
    add(parts, Buffer.from(name));
    add(parts, Buffer.from(attribute.DataType));
    if (attribute.BinaryValue === undefined) {
      parts.push(Uint8Array.of(TEXT));
      add(parts, Buffer.from(attribute.StringValue ?? ''));
    } else {
      parts.push(Uint8Array.of(BINARY));
      add(parts, attribute.BinaryValue);
    }
  }
  return md5(Buffer.concat(parts));
}

function add(parts: Uint8Array[], bytes: Uint8Array): void {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  parts.push(length, bytes);
}
