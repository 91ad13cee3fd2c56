/**
 * The README's project as it would be deployed: synthesized, loaded into the emulator, and used by its own
 * script.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { startEmulator } from '#lib/emulator';
import { synthesize } from '../../lib/cli/synthesize.ts';

test('send.ts gets its receipt from the worker that stack.ts provisions', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'celeriac-example-'));
  await synthesize({ project: import.meta.dirname, output: folder });
  const emulator = await startEmulator({ template: folder });
  const { url } = await emulator.listen();
  const keys = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
  const env = { ...process.env, ...keys, AWS_ENDPOINT_URL: url };

  const words = ['--import', 'tsx', 'send.ts'];
  const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: import.meta.dirname, env });

  const [state, ...lines] = stdout.trim().split('\n');
  expect(state).toMatch(/ (PENDING|STARTED|SUCCESS)$/);
  expect(lines).toEqual(["{ orderId: 'o1', paid: 40 }", '30 reminders sent']);
  const batches = emulator.calls().find(({ operation }) => operation === 'SendMessageBatch');
  expect(batches).toMatchObject({ service: 'sqs', calls: 4, items: 31 });
  await emulator.close();
  await rm(folder, { recursive: true });
});
