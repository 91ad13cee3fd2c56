/** Children of a pool that block their event loop for longer than what they hold lasts without a renewal. */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Client } from '#lib';
import { connect } from '#lib/aws';
import { createEmulator, type Emulator } from '#lib/emulator';
import { app, endless, fine, hog, limited } from './killed/blocking.ts';
import { addressOf, provisionBySdk } from './provisioned.ts';
import { startWorkerProcess } from './worker-process.ts';

const ENTRY = join(import.meta.dirname, 'killed/blocking.ts');
/** A key and a place lapse after 20 s. */
const LEASE_MS = 20_000;

let emulator: Emulator;
let url: string;
let client: Client;
let folder: string;
const started: ChildProcess[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'celeriac-block-'));
  emulator = createEmulator();
  ({ url } = await emulator.listen());
  await provisionBySdk(app, addressOf(url));
  client = connect(app, addressOf(url));
});

afterEach(async () => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  await client.close();
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
});

test.each(['processes', 'threads'])(
  'pool %s ends a child that outlasts its hard limit: its run has had an attempt, others go on',
  async (pool) => {
    const notes = join(folder, 'notes');
    const worker = await startWorkerProcess(
      { entry: ENTRY, url, env: { NOTES: notes } },
      ['--pool', pool, '--concurrency', '2'],
      (child) => started.push(child),
    );
    const [blocked, beside] = [await client.send(limited(true)), await client.send(fine(2_500))];
    const again = await blocked.get({ timeout: '2m' });
    const left = await client.send(endless());
    const error: unknown = await left.get({ timeout: '2m' }).catch((thrown) => thrown);
    const after = await client.send(fine(1));
    const results = [await beside.get({ timeout: '2m' }), await after.get({ timeout: '2m' })];
    // Whoever was left behind ends with its child, or would go on for ever.
    const marks = () => readFileSync(notes, 'utf8').length;
    for (let before = -1; before !== marks(); ) {
      before = marks();
      await sleep(1_000);
    }

    expect(again).toMatchObject({ attempt: 2 });
    expect(results).toEqual([2_500, 1]);
    expect(error).toMatchObject({ cause: { code: 'TIME_LIMIT' } });
    expect(marks()).toBeGreaterThan(0);
    const ended = new RegExp(
      `"message":"a child is ended".*"name":"${blocked.id}","because":"time limit"`,
      'g',
    );
    expect(worker.said().match(ended)).toHaveLength(1);
    expect(worker.said()).toMatch(/"message":"ran out of time","task":"limited".*"attempt":1/);
    expect(worker.said()).not.toMatch(/a runner died/);
  },
);

test('a child that blocks for longer than its leases keeps its key and its place', async () => {
  const notes = join(folder, 'notes');
  const place = { entry: ENTRY, url, env: { NOTES: notes } };
  const pools = ['processes', 'threads'];
  for (const pool of pools)
    await startWorkerProcess(place, ['--pool', pool, '--concurrency', '2'], (child) => started.push(child));
  const [shut, open] = [join(folder, 'shut'), ENTRY];
  const call = (key: string, at: string, door: string) => client.send(hog({ key, place: at, door }));
  const long = await Promise.all(pools.map((_, at) => call(`long ${at}`, `place ${at}`, shut)));
  while ((await Promise.all(long.map((one) => one.state()))).some((state) => state !== 'STARTED'))
    await sleep(50);
  await sleep(LEASE_MS + 3_000);
  const taken = await Promise.all(
    pools.map((_, at) => call(`long ${at}`, 'elsewhere', open).catch((error) => error.code)),
  );
  const short = await Promise.all(pools.map((_, at) => call(`short ${at}`, `place ${at}`, open)));
  // Time in which they would begin, were there a place.
  await sleep(2_000);
  writeFileSync(shut, '');
  const results = await Promise.all([...long, ...short].map((one) => one.get({ timeout: '2m' })));
  const noted = readFileSync(notes, 'utf8').trim().split('\n');
  const at = (number: number) => noted.filter((line) => line.includes(String(number)));

  expect(taken).toEqual(['ONCE_TAKEN', 'ONCE_TAKEN']);
  expect(results).toEqual(['long 0', 'long 1', 'short 0', 'short 1']);
  for (const number of [0, 1])
    expect(at(number)).toEqual([
      `long ${number} begins`,
      `long ${number} ends`,
      `short ${number} begins`,
      `short ${number} ends`,
    ]);
});
