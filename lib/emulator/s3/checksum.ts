/** The checksums of objects: sent beside a body, checked, kept, and shown to whoever asks for them. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ServiceError } from '../error.ts';
import { notServed } from '../operations.ts';
import type { Input } from '../service.ts';

/** Member names by their values: `{ ChecksumCRC32: 'base64' }`. */
export type Checksums = Readonly<Record<string, string>>;

type Sum = (body: Uint8Array) => Buffer;

const SUMS: Readonly<Record<string, Sum>> = {
  ChecksumCRC32: (body) => toBytes32(crc32(body)),
  ChecksumCRC32C: (body) => toBytes32(crc32c(body)),
  ChecksumCRC64NVME: crc64,
  ChecksumSHA1: (body) => createHash('sha1').update(body).digest(),
  ChecksumSHA256: (body) => createHash('sha256').update(body).digest(),
  ChecksumSHA512: (body) => createHash('sha512').update(body).digest(),
  ChecksumMD5: (body) => createHash('md5').update(body).digest(),
};
const UNSERVED = ['ChecksumXXHASH64', 'ChecksumXXHASH3', 'ChecksumXXHASH128'];

/** Checks the body against every checksum that the request gives; those are kept with the object. */
export function checkBody(input: Input, body: Uint8Array): Checksums {
  const given = Object.keys(input).filter((name) => /^Checksum[A-Z0-9]+$/.test(name) && name in { ...SUMS });
  for (const name of UNSERVED) if (input[name] !== undefined) throw notServed(`s3: ${name}`);
  const md5 = input.ContentMD5;
  if (typeof md5 === 'string' && md5 !== createHash('md5').update(body).digest('base64')) {
    throw new ServiceError('BadDigest', 'The Content-MD5 you specified did not match what we received.');
  }
  const kept: Record<string, string> = {};
  for (const name of given) {
    const sum = SUMS[name]?.(body).toString('base64');
    if (sum === undefined || sum !== input[name]) {
      const kind = name.replace('Checksum', '');
      throw new ServiceError('BadDigest', `The ${kind} you specified did not match the calculated checksum.`);
    }
    kept[name] = sum;
  }
  return kept;
}

/** The entity tag of a body that came whole. */
export function toEtag(body: Uint8Array): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

function toBytes32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

let table32: Uint32Array | undefined;

/** CRC-32C (Castagnoli), reflected, as S3's clients send it. */
function crc32c(body: Uint8Array): number {
  table32 ??= Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
    return value;
  });
  let crc = 0xffffffff;
  for (const byte of body) crc = (crc >>> 8) ^ (table32[(crc ^ byte) & 0xff] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

let table64: readonly (readonly [high: number, low: number])[] | undefined;

/** CRC-64/NVME, reflected, in two halves: numbers are exact to 53 bits only. */
function crc64(body: Uint8Array): Buffer {
  table64 ??= Array.from({ length: 256 }, (_, index) => {
    let value = BigInt(index);
    for (let bit = 0; bit < 8; bit++) value = value & 1n ? (value >> 1n) ^ 0x9a6c9329ac4bc9b5n : value >> 1n;
    return [Number(value >> 32n), Number(value & 0xffffffffn)] as const;
  });
  let high = 0xffffffff;
  let low = 0xffffffff;
  for (const byte of body) {
    const [tableHigh, tableLow] = table64[(low ^ byte) & 0xff] ?? [0, 0];
    low = ((low >>> 8) | (high << 24)) ^ tableLow;
    high = (high >>> 8) ^ tableHigh;
  }
  return Buffer.concat([toBytes32(high ^ 0xffffffff), toBytes32(low ^ 0xffffffff)]);
}
