/** `runScheduler` with children: handlers run in threads or processes of their own. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { at, type Signature } from '#lib';
import { runScheduler, type Scheduler } from '#lib/aws';
import { toModule } from '../../lib/cli/app-file.ts';
import type { LogLine } from '../../lib/runtime/ports.ts';
import { app, crash, flaky, hog, waits, where } from './scheduled/jobs.ts';

const HERE = import.meta.dirname;
/** For a machine that is busy with other things. */
const WAIT = { timeout: 200_000, interval: 20 };

let folder: string;
let notes: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'celeriac-scheduler-'));
  notes = join(folder, 'notes');
  writeFileSync(notes, '');
  vi.stubEnv('NOTES', notes);
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const lines = (): string[] => readFileSync(notes, 'utf8').trim().split('\n');

async function start(executor: 'threads' | 'processes', log: LogLine[], concurrency = 2): Promise<Scheduler> {
  // In a checkout there is no build of either.
  const entry = await toModule(join(HERE, 'scheduled/jobs.ts'));
  const child = await toModule(join(HERE, '../../lib/aws/pool-child.ts'));
  const place = { region: 'us-east-1', endpoint: 'http://127.0.0.1:1' };
  const quiet = (line: LogLine): void => void log.push(line);
  return runScheduler(app, {
    ...{ executor, entry, child, concurrency, store: 'memory', log: quiet },
    ...{ ...place, credentials: { accessKeyId: 'a', secretAccessKey: 'b' } },
  });
}

/** Adds a date that is past, so it fires at once. */
const fire = ({ schedules }: Scheduler, name: string, send: Signature) =>
  schedules.add(name, { trigger: at(new Date(0)), send });

test.each(['threads', 'processes'] as const)(
  'executor %s runs handlers elsewhere; what dies or overruns there begins anew as its task says',
  async (executor) => {
    const log: LogLine[] = [];
    const scheduler = await start(executor, log);

    await fire(scheduler, 'where', where());
    await fire(scheduler, 'crash', crash());
    await fire(scheduler, 'hog', hog());
    await fire(scheduler, 'flaky', flaky());
    await vi.waitUntil(
      () =>
        ['survived', 'hog 2', 'where', 'flaky 2'].every((text) => readFileSync(notes, 'utf8').includes(text)),
      WAIT,
    );
    await scheduler.stop();

    const all = lines();
    const place = all.find((line) => line.startsWith('where'))?.slice('where '.length) ?? '';
    expect(place).not.toBe(`${process.pid} ${threadId}`);
    expect(place.startsWith(`${process.pid} `)).toBe(executor === 'threads');
    expect(all.filter((line) => line === 'crash')).toHaveLength(3);
    expect(all.filter((line) => line.startsWith('hog'))).toEqual(['hog 1', 'hog 2']);
    const places = all
      .filter((line) => line.startsWith('flaky'))
      .map((line) => line.split(' ').slice(2).join());
    expect([places.length, new Set(places).size]).toEqual([2, 1]);
    expect(log.filter(({ message }) => message === 'crashed')).toMatchObject([
      { task: 'crash', attempt: 1, crashes: 1 },
      { task: 'crash', attempt: 1, crashes: 2 },
    ]);
    expect(log.find(({ message }) => message === 'ran out of time')).toMatchObject({
      task: 'hog',
      attempt: 1,
    });
    expect(await scheduler.schedules.list()).toMatchObject({ schedules: [] });
  },
);

test.each(['threads', 'processes'] as const)(
  'executor %s: what has no child waits; stopping tells what runs to end and begins no more',
  async (executor) => {
    const scheduler = await start(executor, [], 1);
    await fire(scheduler, 'first', waits());
    await vi.waitUntil(() => readFileSync(notes, 'utf8').includes('waits'), WAIT);

    await fire(scheduler, 'second', where());
    await vi.waitUntil(async () => (await scheduler.schedules.list()).schedules.length === 0, WAIT);
    await scheduler.stop();

    expect(lines()).toEqual(['waits', 'told']);
  },
);

test('it is said that a child cannot load the app; its run is tried again', async () => {
  const log: LogLine[] = [];
  const child = await toModule(join(HERE, '../../lib/aws/pool-child.ts'));
  await using scheduler = runScheduler(app, {
    ...{ executor: 'threads', entry: join(folder, 'nothing.js'), child, concurrency: 1, store: 'memory' },
    ...{ region: 'us-east-1', log: (line: LogLine) => void log.push(line) },
  });

  await fire(scheduler, 'where', where());
  const starts = () => log.filter(({ message }) => message === 'a child could not start');
  await vi.waitUntil(() => starts().length >= 2, WAIT);

  expect(starts()[0]).toMatchObject({ level: 'error', error: expect.stringContaining('nothing.js') });
});
