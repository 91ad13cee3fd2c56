/** The real S3 client on an emulator, through both doors. */
import { S3Client } from '@aws-sdk/client-s3';
import { onTestFinished } from 'vitest';
import { createEmulator, type VirtualEmulator } from '../../../lib/emulator/index.ts';

export const START = '2026-01-01T10:00:00Z';

/** An emulator on virtual time, and a client without a socket; the bucket's name goes before the host's. */
export function createWorld(): { readonly emulator: VirtualEmulator; readonly s3: S3Client } {
  const emulator = createEmulator({ clock: { virtual: START }, seed: 1 });
  onTestFinished(() => emulator.close());
  const s3 = new S3Client({
    region: 'us-east-1',
    credentials: { accessKeyId: '111111111111', secretAccessKey: 'secret' },
    endpoint: 'http://emulator:4566',
    requestHandler: emulator.requestHandler(),
  });
  return { emulator, s3 };
}

/** The same with a bucket. */
export async function createBucket(Bucket = 'box') {
  const world = createWorld();
  await world.emulator.call('s3', 'CreateBucket', { Bucket }, { account: '111111111111' });
  return world;
}

/** What a promise is rejected with. */
export function reasonOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => {
      throw new Error(`resolved to ${JSON.stringify(value)}`);
    },
    (reason: unknown) => reason,
  );
}
