/** `npm run demo`: synthesizes the stack, runs it on the emulator, and sends a task to its bundled worker. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from '#lib/aws';
import { startEmulator } from '#lib/emulator';
import { app, welcome } from './functions/app.ts';

const template = mkdtempSync(join(tmpdir(), 'hello-'));
console.log('synthesizing infra/main.ts');
execFileSync(process.execPath, ['--import', 'tsx', 'infra/main.ts'], {
  env: { ...process.env, CDK_OUTDIR: template },
  // What it says is shown if it fails.
  stdio: 'pipe',
});

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
