import { describe, expect, test } from 'vitest';
import { openEmulator, problemsOf, reload, resources, writeStack } from './assembly.ts';

const bucket = (properties: object = {}) => ({ Blobs: { Type: 'AWS::S3::Bucket', Properties: properties } });
const expiring = (days: number) => ({
  LifecycleConfiguration: { Rules: [{ Id: 'Expiry', ExpirationInDays: days, Status: 'Enabled' }] },
});

describe('AWS::S3::Bucket', () => {
  test('is made with its name and the age at which objects expire', async () => {
    const emulator = openEmulator();
    const folder = await writeStack(
      resources(bucket({ BucketName: 'blobs', ...expiring(29) }), {
        Name: { Value: { Ref: 'Blobs' } },
        Arn: { Value: { 'Fn::GetAtt': ['Blobs', 'Arn'] } },
      }),
    );

    const report = await emulator.load(folder);

    const rules = await emulator.call('s3', 'GetBucketLifecycleConfiguration', { Bucket: 'blobs' });
    expect(report.stacks[0]?.outputs).toEqual({ Name: 'blobs', Arn: 'arn:aws:s3:::blobs' });
    expect(rules).toMatchObject({ Rules: [{ ID: 'Expiry', Status: 'Enabled', Expiration: { Days: 29 } }] });
  });

  test('has a generated name without capitals where the template gives none', async () => {
    const emulator = openEmulator();
    const folder = await writeStack(resources(bucket(), { Name: { Value: { Ref: 'Blobs' } } }));

    const report = await emulator.load(folder);

    expect(report.stacks[0]?.outputs.Name).toMatch(/^app-blobs-[a-z0-9]+$/);
  });

  test('changes its lifecycle in place, and loses it', async () => {
    const emulator = openEmulator();
    const rulesOf = () => emulator.call('s3', 'GetBucketLifecycleConfiguration', { Bucket: 'blobs' });
    const [before, changed] = [29, 7].map((days) => bucket({ BucketName: 'blobs', ...expiring(days) }));

    await reload(emulator, before ?? {}, changed ?? {});
    const after = await rulesOf();
    await reload(emulator, changed ?? {}, bucket({ BucketName: 'blobs' }));

    expect(after).toMatchObject({ Rules: [{ Expiration: { Days: 7 } }] });
    await expect(rulesOf()).rejects.toMatchObject({ name: 'NoSuchLifecycleConfiguration' });
  });

  test('is not taken over from somebody else', async () => {
    const emulator = openEmulator();
    await emulator.call('s3', 'CreateBucket', { Bucket: 'blobs' });
    const folder = await writeStack(resources(bucket({ BucketName: 'blobs' })));

    await expect(emulator.load(folder)).rejects.toThrow("the bucket 'blobs' exists already");
  });

  test('refuses what the emulated S3 does not do, by name', async () => {
    const folder = await writeStack(resources(bucket({ VersioningConfiguration: { Status: 'Enabled' } })));

    expect(await problemsOf(folder)).toMatchObject([
      { code: 'PROPERTY_UNKNOWN', property: 'VersioningConfiguration' },
    ]);
  });
});
