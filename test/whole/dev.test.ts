/**
 * `celeriac dev` on a small project: it starts, answers, reloads what is saved, survives a mistake, and ends
 * in order.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startProgram } from './program.ts';

const ROOT = join(import.meta.dirname, '../..');
const BIN = join(ROOT, 'bin/celeriac.js');

const CDK_JSON = JSON.stringify({ app: 'node --import tsx stack.ts' });
const APP = `
import { defineApp, defineTask } from '#lib';

export const greet = defineTask('greet', { run: () => 'good morning' });
export const hello = defineApp('hello', { tasks: [greet] });
`;
const WORKER = `
import { serve } from '#lib/aws';
import { hello } from './app.ts';

export const handler = serve(hello);
`;
const STACK = `
import { App, Stack } from 'aws-cdk-lib/core';
import { Broker } from '#infra';
import { hello } from './app.ts';

const app = new App();
new Broker(new Stack(app, 'Hello'), 'Broker', { app: hello, entry: 'worker.ts' });
`;

// Inside the checkout, so that its packages and its own sources are found; everything else ignores it.
const home = join(ROOT, '.celeriac');
let project: string;

beforeEach(() => {
  mkdirSync(home, { recursive: true });
  project = mkdtempSync(join(home, 'dev-'));
});

afterEach(() => rmSync(project, { recursive: true, force: true }));

test('dev answers a task sent as it says, reloads what is saved and survives a mistake', async () => {
  save({ 'cdk.json': CDK_JSON, 'app.ts': APP, 'worker.ts': WORKER, 'stack.ts': STACK });
  await using program = startProgram(process.execPath, [BIN, 'dev', '--port', '0'], project);

  const url = await program.listening();
  const created = await program.says(/\+ function Broker\/Worker-default\/Function\n.*?Ctrl-C ends it\n/s);
  const command = /npx tsx .*close\(\);"/s.exec(created)?.[0] ?? '';
  expect(await send(command, url)).toBe('good morning\n');

  save({ 'app.ts': APP.replace('morning', 'evening') });
  const changed = await program.says(/changed: app\.ts\n.*?function .*\n/s);
  expect(changed).toMatch(/^~ function Broker\/Worker-default\/Function/m);
  expect(await send(command, url)).toBe('good evening\n');

  save({ 'app.ts': `${APP}\nconst = 3;` });
  await program.says(/changed: app\.ts\n.*the CDK app 'node --import tsx stack\.ts' ended with code 1:\n/s);
  expect(await send(command.replace(/'\.\/app\.ts'/g, "'./copy.ts'"), url, APP)).toBe('good evening\n');

  save({ 'app.ts': APP });
  await program.says(/changed: .*~ function Broker\/Worker-default\/Function/s);
  expect(await send(command, url)).toBe('good morning\n');

  const ended = await program.end();
  expect(ended.code).toBe(0);
  expect(ended.stdout).toBe(`listening ${url}\n`);
});

test('dev that starts with a mistake waits until it is mended', async () => {
  save({ 'cdk.json': CDK_JSON, 'app.ts': APP, 'worker.ts': WORKER, 'stack.ts': 'nothing();' });
  await using program = startProgram(process.execPath, [BIN, 'dev', '--port', '0'], project);

  await program.listening();
  const refused = await program.says(/ReferenceError: nothing is not defined/);
  save({ 'stack.ts': STACK });
  const mended = await program.says(/changed: stack\.ts\n.*send a task from another terminal:\n/s);

  expect(refused).not.toBe('');
  expect(mended).toContain('+ queue Broker/Queue-default/Queue');
});

/** As an editor does it: whoever looks finds the old file or the new one, and never half of it. */
function save(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    const written = `${project}-${path}`;
    writeFileSync(written, text);
    renameSync(written, join(project, path));
  }
}

/** Runs the command that dev has printed, as a shell would; its sources may stand in for broken ones. */
async function send(command: string, url: string, sources?: string): Promise<string> {
  if (sources !== undefined) save({ 'copy.ts': sources });
  const keys = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'dev', AWS_SECRET_ACCESS_KEY: 'dev' };
  const env = { ...process.env, ...keys, AWS_ENDPOINT_URL: url };
  const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: project, env });
  return stdout;
}
