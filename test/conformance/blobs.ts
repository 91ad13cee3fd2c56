/** What every implementation of the port Blobs does. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Blobs } from '../../lib/runtime/ports.ts';

/** An implementation over a bucket that is there, and one over a bucket that is not. */
export interface BlobsWorld {
  readonly blobs: Blobs;
  readonly lost: Blobs;
  close(): Promise<void>;
}

/** Registers the suite. */
export function testBlobs(name: string, open: () => Promise<BlobsWorld>): void {
  describe(`blobs ${name}`, () => {
    let world: BlobsWorld;

    beforeEach(async () => {
      world = await open();
    });

    afterEach(() => world.close());

    test.each([
      ['text', '{"a":"ø 猫 🐈 \\t \\"quoted\\" &amp;"}'],
      ['nothing', ''],
      ['more than a message can hold', 'ø'.repeat(2_000_000)],
    ])('%s comes back as it was', async (_what, text) => {
      await world.blobs.put('m1', text);

      expect(await world.blobs.get('m1')).toBe(text);
    });

    test.each(['a/b c', 'ø+&?#%20', '..', "it's"])("'%s' is a key like any other", async (key) => {
      await world.blobs.put(key, '1');

      expect(await world.blobs.get(key)).toBe('1');
      expect(await world.blobs.get(`${key}x`)).toBeUndefined();
    });

    test('what is put again takes the place of the first', async () => {
      await world.blobs.put('m1', 'first');
      await world.blobs.put('m1', 'second');

      expect(await world.blobs.get('m1')).toBe('second');
    });

    test('what was never put is not there', async () => {
      expect(await world.blobs.get('m1')).toBeUndefined();
    });

    test('a missing bucket is refused for good, and is no missing payload', async () => {
      const refusal = { name: 'NoSuchBucket' };

      await expect(world.lost.put('m1', '1')).rejects.toMatchObject({ ...refusal, retryable: false });
      await expect(world.lost.get('m1')).rejects.toMatchObject(refusal);
    });
  });
}
