/** Functions whose code comes as a zip: in the request, or in S3. Source: AWS Lambda API reference. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createEmulator, type Emulator } from '../../../lib/emulator/index.ts';

const CONFIGURATION = {
  Runtime: 'nodejs24.x',
  Role: 'arn:aws:iam::000000000000:role/r',
  Handler: 'src/index.handler',
};
const FunctionName = 'greet';

function zip(word: string, files: Readonly<Record<string, string>> = {}): Uint8Array {
  const code = `exports.handler = async () => require('./word.js');`;
  const all = { 'src/index.js': code, 'src/word.js': `module.exports = '${word}';`, ...files };
  return zipSync(Object.fromEntries(Object.entries(all).map(([name, text]) => [name, strToU8(text)])));
}

async function createS3(): Promise<Emulator> {
  const emulator = createEmulator();
  onTestFinished(() => emulator.close());
  await emulator.call('s3', 'CreateBucket', { Bucket: 'code' });
  await emulator.call('s3', 'PutObject', { Bucket: 'code', Key: 'a.zip', Body: zip('from S3') });
  return emulator;
}

async function say(emulator: Emulator): Promise<unknown> {
  const { Payload } = await emulator.call('lambda', 'Invoke', { FunctionName });
  return JSON.parse(Buffer.from(Object(Payload)).toString());
}

describe('the code of a function', () => {
  test('may lie in S3, and be changed to a zip in the request while it is warm', async () => {
    const emulator = await createS3();
    const Code = { S3Bucket: 'code', S3Key: 'a.zip' };

    const made = await emulator.call('lambda', 'CreateFunction', { FunctionName, ...CONFIGURATION, Code });
    const first = await say(emulator);
    const changed = zip('from a zip');
    const updated = await emulator.call('lambda', 'UpdateFunctionCode', { FunctionName, ZipFile: changed });
    const second = await say(emulator);

    expect([first, second]).toEqual(['from S3', 'from a zip']);
    expect(made.CodeSha256).not.toBe(updated.CodeSha256);
    expect(updated).toMatchObject({
      ...{ CodeSize: changed.length, LastUpdateStatus: 'Successful' },
      CodeSha256: createHash('sha256').update(changed).digest('base64'),
    });
  });

  test('is unpacked for as long as the emulator lives', async () => {
    const emulator = await createS3();
    const Code = { ZipFile: zip('x') };
    await emulator.call('lambda', 'CreateFunction', { FunctionName, ...CONFIGURATION, Code });
    const [{ folder = '' } = {}] = emulator.services.lambda.functions();
    const before = existsSync(folder);

    await emulator.close();

    expect([before, existsSync(folder)]).toEqual([true, false]);
  });

  test.each<[string, object, string]>([
    ['in no bucket', { S3Bucket: 'none', S3Key: 'a.zip' }, 'S3 Error Code: NoSuchBucket.'],
    ['under no key', { S3Bucket: 'code', S3Key: 'b.zip' }, 'S3 Error Code: NoSuchKey.'],
    ['that is no zip', { ZipFile: Buffer.from('exports.handler') }, 'Could not unzip uploaded file.'],
    ['without a file', { ZipFile: zipSync({}) }, 'Uploaded file must be a non-empty zip'],
    [
      'that leads out of its folder',
      { ZipFile: zip('x', { '../../evil.js': '' }) },
      'a path outside of its own folder',
    ],
    ['that is nowhere', {}, 'Please provide a source for function code.'],
  ])('%s is refused', async (_title, Code, message) => {
    const emulator = await createS3();

    const call = emulator.call('lambda', 'CreateFunction', { FunctionName, ...CONFIGURATION, Code });

    await expect(call).rejects.toMatchObject({
      ...{ name: 'InvalidParameterValueException', message: expect.stringContaining(message) },
    });
  });
});
