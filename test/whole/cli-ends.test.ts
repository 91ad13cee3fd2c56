/** How commands end: by wrong words in JSON, in order when nobody reads any more, and before they begin. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect, listWorkers } from '#lib/aws';
import { createEmulator } from '#lib/emulator';
import { app, wait, where } from './killed/busy.ts';
import { addressOf, provisionBySdk } from './provisioned.ts';

const ROOT = join(import.meta.dirname, '../..');
const BIN = join(ROOT, 'bin/celeriac.js');
const ENTRY = join(import.meta.dirname, 'killed/busy.ts');
const NOWHERE = { AWS_REGION: '', AWS_DEFAULT_REGION: '', AWS_CONFIG_FILE: '/dev/null', AWS_PROFILE: '' };

let folder: string;
let taken: Server;
let program: ChildProcess | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'celeriac-ends-'));
  taken = createServer().listen(0, '0.0.0.0');
  await once(taken, 'listening');
});

afterEach(() => {
  program?.kill('SIGKILL');
  taken.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Ended {
  readonly code: unknown;
  readonly stdout: string;
  readonly stderr: string;
}

function celeriac(...words: readonly string[]): Promise<Ended> {
  const env = { ...process.env, ...NOWHERE };
  return new Promise((resolve) => {
    execFile(process.execPath, [BIN, ...words], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

test.each([
  [['send', '--json'], 'MISSING_ARGUMENT', "missing required argument 'task'"],
  [['queues', 'fetch', '--json'], 'INVALID_ARGUMENT', "unknown command 'fetch'"],
  [['graph', '--json', '--format', 'svg'], 'INVALID_ARGUMENT', "argument 'svg' is invalid"],
])('%j is refused in JSON alone', async (words, code, message) => {
  const { stderr, stdout, ...ended } = await celeriac(...words);

  expect(JSON.parse(stderr)).toMatchObject({ error: { code, message: expect.stringContaining(message) } });
  expect([ended.code, stdout]).toEqual([2, '']);
});

test('an app that never comes to an end while it is loaded is no silent end', async () => {
  writeFileSync(join(folder, 'app.mjs'), 'await new Promise(() => {});');

  const { code, stderr } = await celeriac('check', '--app', 'app.mjs');

  expect([code, stderr]).toEqual([
    1,
    expect.stringMatching(/^celeriac: the command waits for something that /),
  ]);
});

test('a worker without a Region, or with a port that is taken, ends and has received nothing', async () => {
  const port = String((taken.address() as AddressInfo).port);
  let asked = 0;
  taken.on('request', () => {
    asked += 1;
  });
  const there = ['--endpoint', `http://127.0.0.1:${port}`];

  const nowhere = await celeriac('worker', '--app', ENTRY);
  const unheard = await celeriac('worker', '--app', ENTRY, '--health', port, ...there);

  expect(nowhere).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('give --region') });
  expect(unheard).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('EADDRINUSE') });
  expect(unheard.stderr).toContain('; another program listens there; give another port');
  expect(asked).toBe(0);
});

test.skipIf(!existsSync('/dev/full'))('a full disk is said in one line', async () => {
  const words = ['-c', `"${process.execPath}" "${BIN}" explain > /dev/full`];
  const child = spawn('sh', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said += String(text);
  });
  const [code] = await once(child, 'close');

  expect([code, said]).toEqual([1, expect.stringMatching(/^celeriac: what it prints .* ENOSPC: [^\n]*\n$/)]);
});

test('a worker whose log nobody reads any more takes nothing new, and finishes what it has', async () => {
  await using emulator = createEmulator();
  const { url } = await emulator.listen();
  await provisionBySdk(app, addressOf(url));
  const client = connect(app, addressOf(url));
  const words = [BIN, 'worker', '--app', ENTRY, '--endpoint', url, '--heartbeat', '1s'];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'ignore'] });
  program = child;
  const exited = once(child, 'exit');
  const waiting = await client.send(wait());
  while ((await waiting.state()) !== 'STARTED') await sleep(50);
  child.stdout.destroy();
  // What it logs of this is read by nobody.
  await (await client.send(where())).get({ timeout: '2m' });
  const workers = () => listWorkers(app, addressOf(url));
  await expect.poll(workers, { timeout: 60_000 }).toMatchObject([{ state: 'stopping', lost: false }]);
  child.kill('SIGQUIT');
  const [code] = await exited;
  await client.close();

  expect(code).toBe(141);
});

test('dev that is interrupted while it loads ends at once, and the CDK app with it', async () => {
  const [begun, ended] = [join(folder, 'begun'), join(folder, 'ended')];
  const stack = `import { writeFileSync } from 'node:fs';
process.on('SIGTERM', () => {
  writeFileSync(${JSON.stringify(ended)}, '');
  process.exit();
});
writeFileSync(${JSON.stringify(begun)}, '');
setInterval(() => {}, 1_000);`;
  writeFileSync(join(folder, 'stack.mjs'), stack);
  writeFileSync(join(folder, 'cdk.json'), JSON.stringify({ app: 'node stack.mjs && echo done' }));
  const child = spawn(process.execPath, [BIN, 'dev', '--port', '0', '--dashboard', 'off'], { cwd: folder });
  program = child;
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      said += String(text);
    });
  while (!existsSync(begun)) await sleep(20);
  child.kill('SIGTERM');
  const [code] = await once(child, 'close');

  expect([code, said]).toEqual([0, '']);
  await expect.poll(() => existsSync(ended), { timeout: 60_000 }).toBe(true);
});
