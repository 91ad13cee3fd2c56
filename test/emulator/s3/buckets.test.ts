/** Buckets, listings, lifecycles and uploads in parts over the real SDK. */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutObjectCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { createBucket, createWorld, reasonOf } from './world.ts';

const Bucket = 'box';

async function putAll(s3: S3Client, keys: readonly string[]): Promise<void> {
  for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
}

describe('buckets', () => {
  test('are made, found, listed and deleted', async () => {
    const { s3 } = createWorld();

    await s3.send(new CreateBucketCommand({ Bucket }));
    const head = await s3.send(new HeadBucketCommand({ Bucket }));
    const location = await s3.send(new GetBucketLocationCommand({ Bucket }));
    const listed = await s3.send(new ListBucketsCommand({}));
    await s3.send(new DeleteBucketCommand({ Bucket }));
    const gone = await reasonOf(s3.send(new HeadBucketCommand({ Bucket })));

    expect(head.BucketRegion).toBe('us-east-1');
    expect(location.LocationConstraint || undefined).toBeUndefined();
    expect(listed.Buckets?.map(({ Name }) => Name)).toEqual([Bucket]);
    expect(gone).toMatchObject({ name: 'NotFound' });
  });

  test("the bucket of CDK's bootstrap is there for every account and region", async () => {
    const { s3, emulator } = createWorld();
    const assets = 'cdk-hnb659fds-assets-222222222222-eu-west-1';

    const location = await s3.send(new GetBucketLocationCommand({ Bucket: assets }));
    const encryption = await s3.send(new GetBucketEncryptionCommand({ Bucket: assets }));
    const other = { Bucket: assets, ExpectedBucketOwner: '111111111111' };
    const denied = await reasonOf(emulator.call('s3', 'ListObjectsV2', other));

    expect(location.LocationConstraint).toBe('eu-west-1');
    expect(encryption.ServerSideEncryptionConfiguration?.Rules).toMatchObject([
      { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
    ]);
    expect(denied).toMatchObject({ name: 'AccessDenied', status: 403 });
  });

  test.each<[string, object, object, string]>([
    ['a name with capitals', { Bucket: 'Box' }, {}, 'InvalidBucketName'],
    ['a name like an address', { Bucket: '10.0.0.1' }, {}, 'InvalidBucketName'],
    [
      'no region where one is needed',
      { Bucket },
      { region: 'eu-west-1' },
      'IllegalLocationConstraintException',
    ],
    ["another's name", { Bucket: 'taken' }, { account: '333333333333' }, 'BucketAlreadyExists'],
    [
      'a name of one’s own again',
      { Bucket: 'taken', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } },
      { region: 'eu-west-1' },
      'BucketAlreadyOwnedByYou',
    ],
    ['locked objects', { Bucket, ObjectLockEnabledForBucket: true }, {}, 'NotImplementedException'],
  ])('with %s are refused', async (_title, input, caller, name) => {
    const { emulator } = createWorld();
    await emulator.call('s3', 'CreateBucket', { Bucket: 'taken' });

    const error = await reasonOf(emulator.call('s3', 'CreateBucket', { ...input }, caller));

    expect(error).toMatchObject({ name });
  });

  test('that hold something are not deleted', async () => {
    const { s3 } = await createBucket();
    await putAll(s3, ['a']);

    const error = await reasonOf(s3.send(new DeleteBucketCommand({ Bucket })));

    expect(error).toMatchObject({ name: 'BucketNotEmpty', $metadata: { httpStatusCode: 409 } });
  });
});

describe('a listing', () => {
  test('is folded at a delimiter, in pages that leave nothing out', async () => {
    const { s3 } = await createBucket();
    await putAll(s3, ['a/1', 'a/2', 'b', 'c/1', 'd', 'c/2', 'é']);

    const pages: string[][] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.send(
        new ListObjectsV2Command({ Bucket, Delimiter: '/', MaxKeys: 2, ContinuationToken }),
      );
      pages.push([
        ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix ?? ''),
        ...(page.Contents ?? []).map(({ Key }) => Key ?? ''),
      ]);
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);

    expect(pages).toEqual([['a/', 'b'], ['c/', 'd'], ['é']]);
  });

  test('begins behind a key, under a prefix', async () => {
    const { s3 } = await createBucket();
    await putAll(s3, ['a/1', 'a/2', 'a/3', 'b']);

    const second = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'a/', StartAfter: 'a/1' }));
    const first = await s3.send(new ListObjectsCommand({ Bucket, Marker: 'a/2', MaxKeys: 1 }));

    expect(second.Contents?.map(({ Key }) => Key)).toEqual(['a/2', 'a/3']);
    expect(second).toMatchObject({ KeyCount: 2, IsTruncated: false });
    expect(first.Contents?.map(({ Key }) => Key)).toEqual(['a/3']);
    expect(first.IsTruncated).toBe(true);
  });
});

test('a lifecycle ends objects at the midnight after their days', async () => {
  const { s3, emulator } = await createBucket();
  const Rules = [
    { ID: 'short', Status: 'Enabled' as const, Filter: { Prefix: 'tmp/' }, Expiration: { Days: 2 } },
  ];
  await putAll(s3, ['tmp/a', 'kept']);
  await s3.send(new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }));
  const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'tmp/a' }));
  const keys = async () => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
    return Contents.map(({ Key }) => Key);
  };

  await emulator.advance(2 * 86_400_000);
  const before = await keys();
  await emulator.advance(14 * 3_600_000);
  const after = await keys();
  const shown = await s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));

  expect(got.Expiration).toBe('expiry-date="Sun, 04 Jan 2026 00:00:00 GMT", rule-id="short"');
  expect(before).toEqual(['kept', 'tmp/a']);
  expect(after).toEqual(['kept']);
  expect(shown.Rules).toEqual(Rules);
});

describe('an upload in parts', () => {
  const MIB = 1024 * 1024;

  async function begin(s3: S3Client) {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'big' }));
    return async (PartNumber: number, Body: Uint8Array) => {
      const part = { Bucket, Key: 'big', UploadId, PartNumber };
      const { ETag } = await s3.send(new UploadPartCommand({ ...part, Body }));
      return { part, listed: { PartNumber, ETag } };
    };
  }

  test('becomes one object, with the tag of its parts', async () => {
    const { s3 } = await createBucket();
    const send = await begin(s3);
    const second = await send(2, Buffer.from('end'));
    const first = await send(1, Buffer.alloc(5 * MIB, 'a'));
    const { UploadId } = first.part;
    const parts = await s3.send(new ListPartsCommand({ Bucket, Key: 'big', UploadId }));

    const whole = await s3.send(
      new CompleteMultipartUploadCommand({
        ...{ Bucket, Key: 'big', UploadId },
        MultipartUpload: { Parts: [first.listed, second.listed] },
      }),
    );
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'big', Range: 'bytes=-4' }));

    expect(parts.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 5 * MIB],
      [2, 3],
    ]);
    expect(whole.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    expect(await got.Body?.transformToString()).toBe('aend');
  });

  // UploadPartCopy: what the command line and the transfer managers of SDKs copy large objects with.
  test('takes its parts from objects that are there', async () => {
    const { s3 } = await createBucket();
    const send = await begin(s3);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'a/ü b', Body: 'abcdef' }));
    const first = await send(1, Buffer.alloc(5 * MIB, '-'));
    const of = { ...first.part, PartNumber: 2, CopySource: `${Bucket}/${encodeURIComponent('a/ü b')}` };
    const ranged = (CopySourceRange: string) =>
      s3.send(new UploadPartCopyCommand({ ...of, CopySourceRange }));

    const whole = await s3.send(new UploadPartCopyCommand(of));
    const { CopyPartResult } = await ranged('bytes=1-3');
    const wrong = [await reasonOf(ranged('bytes=1-6')), await reasonOf(ranged('bytes=-3'))];
    const { UploadId } = first.part;
    const Parts = [first.listed, { PartNumber: 2, ETag: CopyPartResult?.ETag }];
    await s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key: 'big', UploadId, MultipartUpload: { Parts } }),
    );
    const got = await s3.send(new GetObjectCommand({ Bucket, Key: 'big', Range: 'bytes=-4' }));

    expect(whole.CopyPartResult?.LastModified).toEqual(new Date('2026-01-01T10:00:00Z'));
    expect(wrong).toMatchObject([{ name: 'InvalidArgument' }, { name: 'InvalidArgument' }]);
    expect(await got.Body?.transformToString()).toBe('-bcd');
  });

  test.each([
    ['an unknown part', [{ PartNumber: 3, ETag: '"x"' }], 'InvalidPart'],
    ['parts out of order', [{ PartNumber: 2 }, { PartNumber: 1 }], 'InvalidPartOrder'],
    ['a small part before the last', [{ PartNumber: 1 }, { PartNumber: 2 }], 'EntityTooSmall'],
    ['no parts', [], 'MalformedXML'],
  ])('is not completed with %s', async (_title, listed, name) => {
    const { s3 } = await createBucket();
    const send = await begin(s3);
    const sent = [await send(1, Buffer.from('a')), await send(2, Buffer.from('b'))];
    const Parts = listed.map((part) => ({ ...sent[part.PartNumber - 1]?.listed, ...part }));
    const upload = { Bucket, Key: 'big', UploadId: sent[0]?.part.UploadId };

    const error = await reasonOf(
      s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } })),
    );

    expect(error).toMatchObject({ name });
  });

  test('that is given up is gone', async () => {
    const { s3 } = await createBucket();
    const send = await begin(s3);
    const { part } = await send(1, Buffer.from('a'));
    const upload = { Bucket, Key: 'big', UploadId: part.UploadId };

    await s3.send(new AbortMultipartUploadCommand(upload));
    const error = await reasonOf(s3.send(new ListPartsCommand(upload)));

    expect(error).toMatchObject({ name: 'NoSuchUpload' });
  });
});
