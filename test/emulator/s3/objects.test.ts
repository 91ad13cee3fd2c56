/** Objects over the real SDK. Sources of the rules: Amazon S3 API reference, the operations' own pages. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createEmulator } from '../../../lib/emulator/index.ts';
import { createBucket, reasonOf } from './world.ts';

const Bucket = 'box';

describe('an object', () => {
  test('comes back as it was put, with its metadata and its tags', async () => {
    const { s3 } = await createBucket();
    const Body = new Uint8Array([0, 255, 13, 10, 7]);
    const kept = { ContentType: 'image/x', CacheControl: 'no-store', ContentEncoding: 'br' };
    const Metadata = { owner: 'a b', 'two-words': 'x' };

    const put = await s3.send(
      new PutObjectCommand({ Bucket, Key: 'a/b c+ø.bin', Body, Metadata, Tagging: 'k=v&l=m', ...kept }),
    );
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'a/b c+ø.bin' }));
    const tags = await s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'a/b c+ø.bin' }));

    const etag = `"${createHash('md5').update(Body).digest('hex')}"`;
    expect(put).toMatchObject({ ETag: etag, ChecksumType: 'FULL_OBJECT', ServerSideEncryption: 'AES256' });
    expect(await got.Body?.transformToByteArray()).toEqual(Body);
    expect(got).toMatchObject({
      ...{ ETag: etag, Metadata, ...kept, ContentLength: 5, TagCount: 2, AcceptRanges: 'bytes' },
      LastModified: new Date('2026-01-01T10:00:00Z'),
    });
    expect(tags.TagSet).toEqual([
      { Key: 'k', Value: 'v' },
      { Key: 'l', Value: 'm' },
    ]);
  });

  test('may be empty', async () => {
    const { s3 } = await createBucket();

    await s3.send(new PutObjectCommand({ Bucket, Key: 'nothing' }));
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'nothing' }));

    expect(got).toMatchObject({ ContentLength: 0, ContentType: 'application/octet-stream' });
    expect(await got.Body?.transformToString()).toBe('');
  });

  test.each([
    ['the first bytes', 'bytes=0-2', 'abc', 'bytes 0-2/6'],
    ['from a byte on', 'bytes=4-', 'ef', 'bytes 4-5/6'],
    ['the last bytes', 'bytes=-2', 'ef', 'bytes 4-5/6'],
    ['more than there is', 'bytes=3-99', 'def', 'bytes 3-5/6'],
  ])('gives %s', async (_title, Range, text, ContentRange) => {
    const { s3 } = await createBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'abcdef' }));

    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'k', Range }));

    expect(await got.Body?.transformToString()).toBe(text);
    expect(got).toMatchObject({ ContentRange, $metadata: { httpStatusCode: 206 } });
  });

  test.each([
    ['a range behind its end', { Range: 'bytes=6-' }, 'InvalidRange', 416],
    ['another entity tag', { IfMatch: '"no"' }, 'PreconditionFailed', 412],
    ['a change since a time', { IfModifiedSince: new Date('2026-01-01T10:00:00Z') }, 'Unknown', 304],
    ['no change since a time', { IfUnmodifiedSince: new Date('2025-01-01') }, 'PreconditionFailed', 412],
    ['a version', { VersionId: 'v1' }, 'InvalidArgument', 400],
  ])('is not given for %s', async (_title, condition, name, status) => {
    const { s3 } = await createBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'abcdef' }));

    const error = await reasonOf(s3.send(new GetObjectCommand({ Bucket, Key: 'k', ...condition })));

    expect(error).toMatchObject({ name, $metadata: { httpStatusCode: status } });
  });

  test('that is not there has an error of its own, and no body for HEAD', async () => {
    const { s3 } = await createBucket();

    const got = await reasonOf(s3.send(new GetObjectCommand({ Bucket, Key: 'k' })));
    const head = await reasonOf(s3.send(new HeadObjectCommand({ Bucket, Key: 'k' })));
    const other = await reasonOf(s3.send(new GetObjectCommand({ Bucket: 'other', Key: 'k' })));

    expect(got).toBeInstanceOf(NoSuchKey);
    expect(got).toMatchObject({ message: 'The specified key does not exist.', Key: 'k' });
    expect(head).toMatchObject({ name: 'NotFound', $metadata: { httpStatusCode: 404 } });
    expect(other).toMatchObject({ name: 'NoSuchBucket', BucketName: 'other' });
  });

  test('is written only where the condition holds', async () => {
    const { s3 } = await createBucket();
    const once = { Bucket, Key: 'k', Body: 'a', IfNoneMatch: '*' };

    const first = await s3.send(new PutObjectCommand(once));
    const second = await reasonOf(s3.send(new PutObjectCommand(once)));
    const third = await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'b', IfMatch: first.ETag }));

    expect(second).toMatchObject({ name: 'PreconditionFailed', Condition: 'If-None-Match' });
    expect(third.ETag).not.toBe(first.ETag);
  });

  test('whose checksum does not fit is refused', async () => {
    const { emulator } = await createBucket();
    const put = { Bucket, Key: 'k', Body: Buffer.from('abc') };

    const sum = emulator.call('s3', 'PutObject', { ...put, ChecksumCRC32: 'AAAAAA==' });
    const md5 = emulator.call('s3', 'PutObject', { ...put, ContentMD5: 'AAAA' });

    await expect(sum).rejects.toMatchObject({
      name: 'BadDigest',
      message: 'The CRC32 you specified did not match the calculated checksum.',
    });
    await expect(md5).rejects.toMatchObject({ name: 'BadDigest' });
  });

  test.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256', 'CRC64NVME'] as const)(
    'keeps its %s, which the client checks when it reads',
    async (ChecksumAlgorithm) => {
      const { s3, emulator } = await createBucket();
      const sums = { CRC32: 'y/Q5Jg==', CRC32C: '4waSgw==', CRC64NVME: 'rosUhgp5mIg=' };
      const known: Readonly<Record<string, string>> = sums;
      const value = known[ChecksumAlgorithm];
      const given = value === undefined ? {} : { [`Checksum${ChecksumAlgorithm}`]: value };
      const Body = Buffer.from('123456789');

      if (value === undefined)
        await s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body, ChecksumAlgorithm }));
      else await emulator.call('s3', 'PutObject', { Bucket, Key: 'k', Body, ...given });
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k', ChecksumMode: 'ENABLED' }));

      expect(head).toMatchObject({ ...given, ChecksumType: 'FULL_OBJECT' });
      expect(Object.keys(head)).toContain(`Checksum${ChecksumAlgorithm}`);
    },
  );
});

describe('copies and deletes', () => {
  test('a copy takes metadata along unless it is given anew', async () => {
    const { s3 } = await createBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x', Metadata: { one: '1' } }));

    await s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource: `${Bucket}/a` }));
    await s3.send(
      new CopyObjectCommand({
        ...{ Bucket, Key: 'c', CopySource: `/${Bucket}/a` },
        ...{ MetadataDirective: 'REPLACE', Metadata: { two: '2' } },
      }),
    );
    const [same, anew] = await Promise.all(
      ['b', 'c'].map((Key) => s3.send(new HeadObjectCommand({ Bucket, Key }))),
    );

    expect(same?.Metadata).toEqual({ one: '1' });
    expect(anew?.Metadata).toEqual({ two: '2' });
  });

  // The descriptions of MetadataDirective, StorageClass and ContentType in CopyObjectRequest.
  test('a copy ignores the metadata of its request unless it is to replace it', async () => {
    const { s3 } = await createBucket();
    const CopySource = `${Bucket}/a`;
    const kept = { ContentType: 'text/x', CacheControl: 'no-store', Metadata: { a: '1' } };
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a', StorageClass: 'GLACIER_IR', ...kept }));

    const given = { ContentType: 'text/y', CacheControl: 'no-cache', Metadata: { a: '2' } };
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'b', CopySource, ...given }));
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'c', CopySource, StorageClass: 'ONEZONE_IA' }));
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'd', CopySource, MetadataDirective: 'REPLACE' }));
    const heads = await Promise.all(
      ['b', 'c', 'd'].map((Key) => s3.send(new HeadObjectCommand({ Bucket, Key }))),
    );

    expect(heads).toMatchObject([
      kept,
      { ...kept, StorageClass: 'ONEZONE_IA' },
      { ContentType: 'binary/octet-stream', Metadata: {} },
    ]);
    expect(heads[0]?.StorageClass).toBeUndefined();
    expect(heads[2]?.CacheControl).toBeUndefined();
  });

  test('a copy onto itself that changes nothing is refused', async () => {
    const { s3 } = await createBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));

    const error = await reasonOf(
      s3.send(new CopyObjectCommand({ Bucket, Key: 'a', CopySource: `${Bucket}/a` })),
    );

    expect(error).toMatchObject({ name: 'InvalidRequest' });
    expect(String(error)).toContain('copy an object to itself');
  });

  test('a delete goes well whether or not there was something', async () => {
    const { s3 } = await createBucket();
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a <&>', Body: 'x' }));

    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'nothing' }));
    const many = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'a <&>' }, { Key: 'b' }] } }),
    );
    const gone = await reasonOf(s3.send(new GetObjectCommand({ Bucket, Key: 'a <&>' })));

    expect(many.Deleted).toEqual([{ Key: 'a <&>' }, { Key: 'b' }]);
    expect(gone).toBeInstanceOf(NoSuchKey);
  });
});

test('a stream that goes over HTTP in chunks, with its checksum behind it, arrives whole', async () => {
  const emulator = createEmulator();
  onTestFinished(() => emulator.close());
  const { url: endpoint } = await emulator.listen();
  const credentials = { accessKeyId: '111111111111', secretAccessKey: 'secret' };
  const s3 = new S3Client({ region: 'us-east-1', credentials, endpoint });
  onTestFinished(() => s3.destroy());
  await emulator.call('s3', 'CreateBucket', { Bucket });
  const body = Buffer.alloc(300_000, 'chunk');

  await s3.send(
    new PutObjectCommand({ Bucket, Key: 'k', Body: Readable.from([body]), ContentLength: body.length }),
  );
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'k' }));
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k' }));

  expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
  expect(head.ContentLength).toBe(body.length);
  expect(got.ContentEncoding).toBeUndefined();
});
