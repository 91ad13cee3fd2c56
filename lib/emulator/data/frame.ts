/**
 * Frames: the lines of a data file. A frame is everything that one write made durable, so that it is there
 * whole or not at all: a checksum, and a list of changes in JSON. Text, since a person may want to read what
 * an emulator has kept (`cut -c10- *.log | jq`), and JSON.stringify is faster than anything written here.
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** An entity's new value; without one it is gone. */
export type Change = readonly [kind: string, key: string, value?: unknown];

/** What a file is said to hold in its first line. */
export const FORMAT = 'celeriac-data';
export const FORMAT_VERSION = 1;

const NEWLINE = 0x0a;
const SUM_DIGITS = 8;
const CHUNK_BYTES = 4 * 1024 * 1024;

/** A line: eight hexadecimal digits over what follows the space after them. */
export function toFrame(content: unknown): Buffer {
  const json = JSON.stringify(content);
  const line = Buffer.from(`${' '.repeat(SUM_DIGITS + 1)}${json}\n`);
  const sum = crc32(line.subarray(SUM_DIGITS + 1, -1));
  line.write(sum.toString(16).padStart(SUM_DIGITS, '0'), 'latin1');
  return line;
}

/** What stands in a line; undefined for one that was not written to its end, or not like that. */
export function fromFrame(line: Buffer): { readonly content: unknown } | undefined {
  const json = line.subarray(SUM_DIGITS + 1);
  if (line[SUM_DIGITS] !== 0x20) return undefined;
  const sum = line.toString('latin1', 0, SUM_DIGITS);
  if (crc32(json).toString(16).padStart(SUM_DIGITS, '0') !== sum) return undefined;
  return { content: JSON.parse(json.toString()) };
}

/** A line of a file, and where it begins; `whole` is false for a last one without its end. */
export interface Line {
  readonly bytes: Buffer;
  readonly offset: number;
  readonly whole: boolean;
}

/** The lines of a file, read piece by piece: a file may be larger than a buffer can be. */
export function* readLines(path: string): Generator<Line> {
  const file = openSync(path, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    let offset = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const count = readSync(file, chunk, 0, CHUNK_BYTES, null);
      if (count === 0) break;
      const piece = chunk.subarray(0, count);
      const text = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
      let from = 0;
      for (let end = text.indexOf(NEWLINE); end >= 0; end = text.indexOf(NEWLINE, from)) {
        yield { bytes: text.subarray(from, end), offset: offset + from, whole: true };
        from = end + 1;
      }
      rest = text.subarray(from);
      offset += from;
    }
    if (rest.length > 0) yield { bytes: rest, offset, whole: false };
  } finally {
    closeSync(file);
  }
}
