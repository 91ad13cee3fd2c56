/**
 * The command line over a running app: the example on the emulator of `celeriac dev`, which is a process of
 * its own. Commands are run as words in this process, since starting fifty would take minutes; one is not.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connect } from '#lib/aws';
import { flights } from '../../functions/flights.ts';
import { main } from '../../lib/cli/main.ts';
import { run } from './packed.ts';
import { type Program, startProgram } from './program.ts';
import { addressOf } from './provisioned.ts';

const ROOT = join(import.meta.dirname, '../..');
const BIN = join(ROOT, 'bin/celeriac.js');
const FLIGHT = { date: '2001/01/01 00:01', delay: 200, distance: 2500, origin: 'LAX', destination: 'JFK' };
const ROUTE = JSON.stringify([FLIGHT]);
const LAX = { departures: 2, late: 1, meanDelay: 40 };

let program: Program;
let endpoint: string;
beforeAll(async () => {
  program = startProgram(process.execPath, [BIN, 'dev', '--port', '0'], ROOT);
  endpoint = await program.listening();
});

afterAll(() => program[Symbol.asyncDispose]());

describe('tasks', () => {
  test('one is sent by a process of its own, and its result is printed', async () => {
    const words = ['send', 'tally', ROUTE, '--wait', '150s', '--json', '--endpoint', endpoint];

    const { code, stdout, stderr } = await run(process.execPath, [BIN, ...words], ROOT);

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout).result).toEqual({ origin: 'LAX', departures: 1, late: 1, totalDelay: 200 });
  });

  test('its run is listed, and shown with all that is known of it', async () => {
    const { id } = await ask('send', 'tally', ROUTE, '--wait', '150s');

    const listed = await ask('runs', 'list', '--task', 'tally', '--state', 'SUCCESS', '--from', '1h');
    const shown = await ask('runs', 'show', id);
    const found = await ask('runs', 'list', 'name:tally totalDelay');

    expect(listed.rows.map((row: { readonly id: string }) => row.id)).toContain(id);
    expect(shown).toMatchObject({ id, task: 'tally', queue: 'tallies', state: 'SUCCESS', retries: 0 });
    expect(found.rows.map((row: { readonly id: string }) => row.id)).toContain(id);
  });

  test('a call prints the answer', async () => {
    const answer = await ask('call', 'board', '{"flights":3,"airports":{}}', '--timeout', '150s');

    expect(answer).toBe('3 flights today');
  });

  test('many are sent from a file', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'celeriac-each-')), 'routes.jsonl');
    writeFileSync(file, `${ROUTE}\n${ROUTE}\n`);

    const { code, values } = await celeriac('send', 'tally', '--each', file);

    expect(code).toBe(0);
    expect(values).toEqual([{ id: expect.any(String) }, { id: expect.any(String) }]);
  });

  test('a message is published to whom the routes say', async () => {
    const routed = await ask('routes', 'departures', 'flight.LAX.JFK.late');
    const published = await ask('publish', 'departures', 'flight.LAX.JFK.late', ROUTE);

    expect(published.route.to).toEqual(routed.to);
    expect(routed.to).toHaveLength(2);
  });
});

describe('what cannot be is said with a code', () => {
  test.each([
    [['send', 'tallies', ROUTE], 3, { code: 'NOT_FOUND', allowed: expect.arrayContaining(['tally']) }],
    [['result', 'nothing', '--timeout', '1s'], 3, { code: 'NOT_FOUND', value: 'nothing' }],
    [['queues', 'pause', 'nothing'], 3, { code: 'NOT_FOUND' }],
    [['send', 'tally', '{"no":"flight"}'], 1, { code: 'INVALID_INPUT' }],
    [['queues', 'purge', 'board'], 2, { code: 'MISSING_ARGUMENT' }],
    [['queues', 'peek', 'board'], 1, { code: 'PEEK_COUNTS' }],
    [['runs', 'list', '--limit', 'all'], 2, { code: 'INVALID_ARGUMENT', value: 'all' }],
  ])('%j', async (words, code, error) => {
    const ran = await celeriac(...words);

    expect(ran).toMatchObject({ code, stdout: '' });
    expect(JSON.parse(ran.stderr).error).toMatchObject({ ...error, message: expect.any(String) });
  });
});

describe('queues', () => {
  test('a paused queue keeps its messages, and works them when it goes on', async () => {
    const report = { flights: 4, airports: {} };
    // Nobody else sends to it; a schedule sets the clock of the board.
    await ask('queues', 'pause', 'archive');
    const { id } = await ask('send', 'archive', JSON.stringify(report));
    const waiting = await queue('archive');
    await ask('queues', 'resume', 'archive');
    const answer = await ask('result', id, '--timeout', '150s');

    expect(waiting).toMatchObject({ paused: true, ready: 1 });
    expect(await queue('archive')).toMatchObject({ paused: false, ready: 0 });
    expect(answer).toEqual(report);
  });

  test('delayed messages are counted, and purged with --yes', async () => {
    await ask('send', 'alert', '[]', '--delay', '10m');
    const scheduled = await ask('inspect', 'scheduled');
    await ask('queues', 'purge', 'alerts', '--yes');

    expect(scheduled).toMatchObject({ delayed: { alerts: 1 } });
    expect(await queue('alerts')).toMatchObject({ delayed: 0 });
  });

  test('a dead letter is seen, previewed and sent again; with another input its run succeeds', async () => {
    const hopeless = await sendWrong('questions', 'airport', { code: 'LAX' });
    const ended = await celeriac('result', hopeless, '--timeout', '150s');
    expect(ended.code).toBe(1);

    const letters = async () => (await celeriac('queues', 'dead-letters', 'questions')).values;
    // The run has ended before its message lies there.
    await expect
      .poll(letters, POLL)
      .toMatchObject([{ id: hopeless, task: 'airport', reason: 'invalid-input' }]);
    const preview = await ask('queues', 'redrive', 'questions', '--preview');
    expect(preview).toMatchObject({ matched: 1, sent: 0 });

    // The report that it lacks: who answers for an airport reads what the end of the day has archived.
    const report = JSON.stringify({ flights: 2, airports: { LAX } });
    const { messageId } = await ask('publish', 'day-end', '', report);
    const input = JSON.stringify({ code: 'LAX', report: { messageId } });
    const sent = await ask('queues', 'redrive', 'questions', '--id', hopeless, '--input', input);
    expect(sent).toMatchObject({ matched: 1, sent: 1 });
    await expect.poll(() => ask('runs', 'show', hopeless), POLL).toMatchObject({ state: 'SUCCESS' });
    expect(await ask('result', hopeless)).toEqual(LAX);
    expect(await letters()).toEqual([]);
  });
});

describe('inspect', () => {
  test('workers are the functions, each with its queue', async () => {
    const { values } = await celeriac('inspect', 'workers');

    expect(values).toHaveLength(7);
    expect(values).toContainEqual(
      expect.objectContaining({ kind: 'function', queues: ['tallies'], online: true }),
    );
  });

  test.each(['active', 'reserved', 'queues', 'stats'])('%s answers in words and in JSON', async (what) => {
    const words = ['inspect', what, '--endpoint', endpoint];

    const { code, values } = await celeriac('inspect', what);
    const text = await said(words);

    expect(code).toBe(0);
    expect(text).toMatchObject({ code: 0, stderr: '' });
    if (what === 'stats') expect(values).toMatchObject([{ app: 'flights', stage: 'dev', keepsRuns: true }]);
  });
});

/** A run may take its time on a busy machine. */
const POLL = { timeout: 150_000, interval: 500 };

/** Sends a message as a program of another language would, which checks nothing; resolves to its id. */
async function sendWrong(queueName: string, task: string, input: object): Promise<string> {
  const address = addressOf(endpoint);
  await using client = connect(flights, address);
  const id = client.newId();
  const QueueUrl = `${endpoint}/${address.credentials.accessKeyId}/flights-dev-${queueName}`;
  const MessageBody = JSON.stringify({ celeriac: 1, id, task, input, sentAt: Date.now() });
  await new SQSClient(address).send(new SendMessageCommand({ QueueUrl, MessageBody }));
  return id;
}

async function queue(name: string): Promise<unknown> {
  const { values } = await celeriac('queues', 'list');
  return values.find((row) => row.name === name);
}

/** The one value that a command prints; it has to succeed. */
async function ask(...words: readonly string[]): Promise<ReturnType<typeof JSON.parse>> {
  const { code, stderr, values } = await celeriac(...words);
  expect({ words, code, stderr }).toEqual({ words, code: 0, stderr: '' });
  return values[0];
}

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function celeriac(
  ...words: readonly string[]
): Promise<Said & { readonly values: ReturnType<typeof JSON.parse>[] }> {
  const place = words[0] === 'routes' ? [] : ['--endpoint', endpoint];
  const ran = await said([...words, '--json', ...place]);
  const lines = ran.stdout.split('\n').filter((line) => line !== '');
  return { ...ran, values: lines.map((line) => JSON.parse(line)) };
}

/** Runs the command line in this process. */
async function said(words: readonly string[]): Promise<Said> {
  const texts = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      texts[name] += String(text);
      return true;
    }),
  );
  try {
    process.exitCode = 0;
    await main(['node', 'celeriac', ...words]);
    return { code: Number(process.exitCode), ...texts };
  } finally {
    process.exitCode = 0;
    for (const spy of spies) spy.mockRestore();
  }
}
