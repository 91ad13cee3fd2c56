/**
 * The command line over a running app: the example on the emulator of `celeriac dev`, and every command a
 * process of its own, as in a shell.
 */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ran, run } from './packed.ts';
import { type Program, startProgram } from './program.ts';

const ROOT = join(import.meta.dirname, '../..');
const BIN = join(ROOT, 'bin/celeriac.js');
const FLIGHT = { date: '2001/01/01 00:01', delay: 200, distance: 2500, origin: 'LAX', destination: 'JFK' };
const ROUTE = JSON.stringify([FLIGHT]);

let program: Program;
let endpoint: string;

beforeAll(async () => {
  program = startProgram(process.execPath, [BIN, 'dev', '--port', '0'], ROOT);
  endpoint = await program.listening();
}, 120_000);

afterAll(() => program[Symbol.asyncDispose]());

describe('tasks', () => {
  test('one is sent, its result printed, and it is found by a word of its input', async () => {
    const sent = await celeriac('send', 'tally', ROUTE, '--wait', '60s');
    expect(sent).toMatchObject({ code: 0, stderr: '' });
    const { id, result } = JSON.parse(sent.stdout);
    expect(result).toEqual({ origin: 'LAX', departures: 1, late: 1, totalDelay: 200 });

    const shown = JSON.parse((await celeriac('runs', 'show', id)).stdout);
    expect(shown).toMatchObject({ id, task: 'tally', state: 'SUCCESS' });

    const { rows } = JSON.parse(
      (await celeriac('runs', 'list', '--task', 'tally', '--state', 'SUCCESS')).stdout,
    );
    expect(rows.map((row: { readonly id: string }) => row.id)).toContain(id);
  });

  test('a call prints the answer, and a result that takes longer ends with 4', async () => {
    const report = JSON.stringify({ flights: 3, airports: {} });

    const called = await celeriac('call', 'board', report, '--timeout', '60s');
    const late = await celeriac('result', UNKNOWN_ID, '--timeout', '1s');

    expect(JSON.parse(called.stdout)).toBe('3 flights today');
    expect(late.code).not.toBe(0);
    expect(JSON.parse(late.stderr).error).toMatchObject({ code: expect.any(String) });
  });

  test('a task that there is not is said with those that there are', async () => {
    const { code, stderr } = await celeriac('send', 'tallies', ROUTE);

    expect(code).toBe(3);
    expect(JSON.parse(stderr).error).toMatchObject({ code: 'NOT_FOUND' });
  });

  test('a message is published to whom the routes say', async () => {
    const routed = await celeriac('routes', 'departures', 'flight.LAX.JFK.late');
    const published = await celeriac('publish', 'departures', 'flight.LAX.JFK.late', ROUTE);

    expect(published).toMatchObject({ code: 0 });
    expect(JSON.parse(published.stdout).route.to).toEqual(JSON.parse(routed.stdout).to);
  });
});

describe('queues', () => {
  test('a paused queue keeps its messages, which can be seen, and works them when it goes on', async () => {
    expect(await celeriac('queues', 'pause', 'board')).toMatchObject({ code: 0 });
    const report = JSON.stringify({ flights: 4, airports: {} });
    const { id } = JSON.parse((await celeriac('send', 'board', report)).stdout);

    const waiting = await queue('board');
    expect(waiting).toMatchObject({ paused: true, ready: 1 });
    const [peeked] = lines(await celeriac('queues', 'peek', 'board'));
    expect(peeked).toMatchObject({ id, task: 'board' });

    expect(await celeriac('queues', 'resume', 'board')).toMatchObject({ code: 0 });
    const done = await celeriac('result', id, '--timeout', '60s');
    expect(JSON.parse(done.stdout)).toBe('4 flights today');
  });

  test('purge asks, and where nobody can be asked it says so', async () => {
    const asked = await celeriac('queues', 'purge', 'board');
    const purged = await celeriac('queues', 'purge', 'board', '--yes');

    expect(asked.code).toBe(2);
    expect(JSON.parse(asked.stderr).error.message).toContain('add --yes');
    expect(purged).toMatchObject({ code: 0 });
  });

  test('a delayed run is seen, and revoked', async () => {
    const { id } = JSON.parse(
      (await celeriac('send', 'board', '{"flights":1,"airports":{}}', '--delay', '10m')).stdout,
    );

    const [scheduled] = lines(await celeriac('inspect', 'scheduled'));
    const revoked = await celeriac('revoke', id);

    expect(scheduled).toMatchObject({ delayed: { board: 1 } });
    expect(revoked).toMatchObject({ code: 0 });
  });

  test('a message that is no input is a dead letter, which is previewed and sent again corrected', async () => {
    const { id } = JSON.parse(
      (await celeriac('send', 'airport', '{"code":"LAX","report":{"messageId":"x"}}')).stdout,
    );
    await celeriac('result', id, '--timeout', '60s');

    const [letter] = lines(await celeriac('queues', 'dead-letters', 'questions'));
    expect(letter).toMatchObject({ id, task: 'airport' });
    const [preview] = lines(await celeriac('queues', 'redrive', 'questions', '--preview'));
    expect(preview).toMatchObject({ matched: 1, sent: 0 });
    const [sent] = lines(await celeriac('queues', 'redrive', 'questions', '--id', id));
    expect(sent).toMatchObject({ matched: 1, sent: 1 });
  });
});

test.each(['active', 'reserved', 'queues', 'workers', 'stats'])('inspect %s answers', async (what) => {
  const json = await celeriac('inspect', what);
  const text = await run(process.execPath, [BIN, 'inspect', what, '--endpoint', endpoint], ROOT);

  expect(json).toMatchObject({ code: 0, stderr: '' });
  expect(text).toMatchObject({ code: 0, stderr: '' });
  if (what === 'workers') expect(lines(json).map(({ queues }) => queues)).toContainEqual(['tallies']);
  if (what === 'stats')
    expect(lines(json)).toMatchObject([{ app: 'flights', stage: 'dev', keepsRuns: true }]);
});

const UNKNOWN_ID = '01m8bj1b984wz7khwhqna5fnqbd1f4';

async function queue(name: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  return lines(await celeriac('queues', 'list')).find((row) => row.name === name);
}

function lines({ stdout }: Ran): readonly Readonly<Record<string, unknown>>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

function celeriac(...words: readonly string[]): Promise<Ran> {
  const place = words[0] === 'routes' ? [] : ['--endpoint', endpoint];
  return run(process.execPath, [BIN, ...words, '--json', ...place], ROOT);
}
