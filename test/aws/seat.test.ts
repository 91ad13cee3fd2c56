/** A place of a pool: what a child has said before its end is heard, though its end may be heard of first. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSeat } from '../../lib/aws/seat.ts';

/** Says that it has begun; dies of a batch that is called so. */
const CHILD = `
export function handleBatch({ batch: { queueName }, port }) {
  const begun = { kind: 'begun', pid: process.pid };
  if (port === undefined) process.send(begun);
  else port.postMessage(begun);
  if (queueName === 'deadly') process.exit(1);
  return { back: [], memoryBytes: 0 };
}
`;
/** So many at once that of some the end is heard of first; one alone is nearly always heard in order. */
const SEATS = 12;

let folder: string;
let child: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'celeriac-seat-'));
  const file = join(folder, 'child.mjs');
  writeFileSync(file, CHILD);
  child = pathToFileURL(file).href;
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(['threads', 'processes'] as const)(
  'children of %s that die as soon as they have begun have begun',
  async (kind) => {
    const settings = { entry: '', app: 'a', stage: 'dev', place: {} };
    const batch = { deliveries: [], deadline: 0, beatMs: 1_000 };
    const wordsOfOne = async (): Promise<readonly string[]> => {
      const seat = await createSeat({ kind, child, settings });
      await seat.run({ ...batch, queueName: 'harmless' }, () => {});
      const heard: string[] = [];
      const run = seat.run({ ...batch, queueName: 'deadly' }, ({ kind: word }) => heard.push(word));
      await expect(run).rejects.toThrow();
      return heard;
    };

    const words = await Promise.all(Array.from({ length: SEATS }, wordsOfOne));

    expect(words).toEqual(Array(SEATS).fill(['begun']));
  },
);
