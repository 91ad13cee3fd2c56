import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { type Machine, startMachine } from './restart.ts';
import { createFolder } from './world.ts';

const Bucket = 'things';
const LARGE = Buffer.alloc(100_000, 'x');

async function withBucket(): Promise<{ readonly machine: Machine; readonly path: string }> {
  const folder = createFolder();
  onTestFinished(() => folder.remove());
  const machine = startMachine(folder.path);
  await machine.call('s3', 'CreateBucket', {
    ...{ Bucket, CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } },
  });
  return { machine, path: folder.path };
}

const put = (machine: Machine, Key: string, Body: unknown, more: Input = {}) =>
  machine.call('s3', 'PutObject', { Bucket, Key, Body, ...more });

test.each(['restart', 'fromSnapshot'] as const)('buckets and objects are as before (%s)', async (way) => {
  const { machine } = await withBucket();
  await put(machine, 'small/é', 'text', { Metadata: { $bytes: 'mine' }, Tagging: 'a=1', ContentType: 't/p' });
  await put(machine, 'large', LARGE, { Expires: new Date('2027-01-01T00:00:00Z') });
  await put(machine, 'gone', 'gone');
  await machine.call('s3', 'DeleteObject', { Bucket, Key: 'gone' });
  await machine.call('s3', 'PutObjectTagging', {
    ...{ Bucket, Key: 'large', Tagging: { TagSet: [{ Key: 'b', Value: '2' }] } },
  });
  const look = async (each: Machine) => [
    await each.call('s3', 'GetObject', { Bucket, Key: 'small/é' }),
    await each.call('s3', 'GetObject', { Bucket, Key: 'large' }),
    await each.call('s3', 'GetObjectTagging', { Bucket, Key: 'large' }),
    await each.call('s3', 'ListObjectsV2', { Bucket }),
    await each.call('s3', 'ListBuckets'),
  ];
  const before = await look(machine);

  const after = await machine[way]();

  expect(await look(after)).toEqual(before);
});

test('objects still expire, also those whose time came while nothing ran', async () => {
  const { machine } = await withBucket();
  const Rules = [{ ID: 'short', Status: 'Enabled', Filter: { Prefix: 'tmp/' }, Expiration: { Days: 1 } }];
  await machine.call('s3', 'PutBucketLifecycleConfiguration', {
    ...{ Bucket, LifecycleConfiguration: { Rules } },
  });
  await put(machine, 'tmp/a', 'a');
  await put(machine, 'b', 'b');

  const after = await machine.restart();
  const shown = await after.call('s3', 'GetBucketLifecycleConfiguration', { Bucket });
  await after.emulator.advance(3 * 86_400_000);

  const { Contents } = await after.call('s3', 'ListObjectsV2', { Bucket });
  expect(shown.Rules).toEqual(Rules);
  expect(Contents).toEqual([expect.objectContaining({ Key: 'b' })]);
});

test('an upload in parts is completed after a restart', async () => {
  const { machine } = await withBucket();
  const { UploadId } = await machine.call('s3', 'CreateMultipartUpload', { Bucket, Key: 'whole' });
  const part = await machine.call('s3', 'UploadPart', {
    ...{ Bucket, Key: 'whole', UploadId, PartNumber: 1, Body: LARGE },
  });

  const after = await machine.restart();
  await after.call('s3', 'CompleteMultipartUpload', {
    ...{ Bucket, Key: 'whole', UploadId },
    MultipartUpload: { Parts: [{ PartNumber: 1, ETag: part.ETag }] },
  });
  const last = await after.restart();

  const { Body } = await last.call('s3', 'GetObject', { Bucket, Key: 'whole' });
  expect(Buffer.from(Object(Body)).equals(LARGE)).toBe(true);
  expect((await last.call('s3', 'ListMultipartUploads', { Bucket })).Uploads).toEqual([]);
});

test('large bodies lie beside the log, and the next start removes those that nothing names', async () => {
  const { machine, path } = await withBucket();
  await put(machine, 'a', LARGE);
  await put(machine, 'copy', LARGE);
  await put(machine, 'b', Buffer.alloc(50_000));
  await machine.call('s3', 'DeleteObject', { Bucket, Key: 'b' });
  const before = readdirSync(join(path, 'bodies')).length;

  await machine.restart();

  expect(existsSync(join(path, 'bodies'))).toBe(true);
  expect([before, readdirSync(join(path, 'bodies')).length]).toEqual([2, 1]);
});

test('code that a function has in S3, and the bucket of CDK, are there again', async () => {
  const { machine } = await withBucket();
  const name = 'cdk-hnb659fds-assets-123456789012-eu-west-1';
  await machine.call('s3', 'PutObject', { Bucket: name, Key: 'asset.zip', Body: LARGE });

  const after = await machine.restart();

  const { ContentLength } = await after.call('s3', 'HeadObject', { Bucket: name, Key: 'asset.zip' });
  expect(ContentLength).toBe(100_000);
});
