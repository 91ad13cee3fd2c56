/** `npm run demo`: synthesizes the stack, runs it on the emulator, and sends a task to its bundled worker. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '#lib/aws';
import { startEmulator } from '#lib/emulator';
import { app, welcome } from './functions/app.ts';

const template = mkdtempSync(join(tmpdir(), 'hello-'));
console.log('synthesizing infra/main.ts');
const env = { ...process.env, CDK_OUTDIR: template };
const synthesized = spawnSync(process.execPath, ['--import', 'tsx', 'infra/main.ts'], {
  env,
  encoding: 'utf8',
});
if (synthesized.status !== 0) throw new Error(`infra/main.ts failed:\n${synthesized.stderr}`);

const emulator = await startEmulator({ template });
const { url } = await emulator.listen();
const credentials = { accessKeyId: 'demo', secretAccessKey: 'demo' };
const client = connect(app, { endpoint: url, region: 'us-east-1', credentials });
try {
  const result = await client.send(welcome({ name: 'Ada', email: 'ada@example.com' }));
  console.log(`sent ${result.id}`);
  console.log(await result.get({ timeout: '30s' }));
} finally {
  await client.close();
  await emulator.close();
  rmSync(template, { recursive: true });
}
