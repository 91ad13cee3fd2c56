/** The command line as a user meets it: each test starts the program anew. */
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateQueueCommand, ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, expect, test, vi } from 'vitest';
import { run } from './packed.ts';
import { startProgram } from './program.ts';

const ROOT = join(import.meta.dirname, '../..');
const BIN = join(ROOT, 'bin/celeriac.js');
const EMPTY = mkdtempSync(join(tmpdir(), 'celeriac-empty-'));

afterEach(() => {
  vi.unstubAllEnvs();
});

test('--help lists the commands', async () => {
  const { code, stdout, stderr } = await celeriac('--help');

  expect(code).toBe(0);
  expect(stdout).toMatch(/^Usage: celeriac /);
  expect(stdout).toMatch(/^ {2}emulator .*^ {2}dev /ms);
  expect(stderr).toBe('');
});

test('a reader that has seen enough ends the command without a word', async () => {
  const piped = `set -o pipefail; "${process.execPath}" "${BIN}" worker --help | true`;

  const { code, stderr } = await run('bash', ['-c', piped], EMPTY);

  // As the shell says of a program that SIGPIPE has ended.
  expect([code, stderr]).toEqual([141, '']);
});

test('the help of a command lists its options with their defaults', async () => {
  const { code, stdout } = await celeriac('emulator', '--help');

  expect(code).toBe(0);
  expect(stdout).toMatch(/--port <number>.*default:\s+"4566"/s);
  expect(stdout).toContain('--template <folder>');
});

test.each([
  [
    ['emulator', '--port', 'http'],
    "celeriac: --port is 'http'; it must be a whole number from 0 to 65535",
    2,
  ],
  [
    ['emulator', '--port', '65536'],
    "celeriac: --port is '65536'; it must be a whole number from 0 to 65535",
    2,
  ],
  [['emulator', '--virtual', 'soon'], "celeriac: --virtual is 'soon'; it must be a time such as", 2],
  [
    ['emulator', '--port', '0', '--template', 'no-such-folder'],
    'celeriac: cannot load the app: 1 problem; ',
    1,
  ],
  [
    ['sweep', '--app', 'my-shop'],
    "celeriac: app: app 'my-shop': a name has 1 to 16 letters, digits and '_'; ",
    1,
  ],
  [
    ['sweep', '--app', 'shop', '--older-than', 'soon'],
    "celeriac: --older-than is 'soon'; it must be a duration",
    2,
  ],
  [['dev', '--port', '0', '--project', EMPTY], `celeriac: there is no ${join(EMPTY, 'cdk.json')}; `, 1],
  [['routes', 'departure'], "celeriac: there is no exchange 'departure'; there is 'departures', ", 3],
  [
    ['graph', '--app', 'no-such-file.ts'],
    "celeriac: --app is 'no-such-file.ts'; it must be a file that exports",
    2,
  ],
])('celeriac %j ends with one line that says why', async (words, line, expected) => {
  const { code, stdout, stderr } = await celeriac(...words);

  expect(code).toBe(expected);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr.startsWith(line)).toBe(true);
});

test.each([
  [['stop'], "error: unknown command 'stop'", '(celeriac --help lists what there is)'],
  [
    ['emulator', '--speed', '2'],
    "error: unknown option '--speed'",
    '(celeriac emulator --help says what it takes)',
  ],
  [
    ['runs', 'show'],
    "error: missing required argument 'id'",
    '(celeriac runs show --help says what it takes)',
  ],
])('celeriac %j is refused by name', async (words, line, help) => {
  const { code, stderr } = await celeriac(...words);

  expect(code).toBe(2);
  expect(stderr).toBe(`${line}\n${help}\n`);
});

test('with --json an error is JSON, too', async () => {
  const { code, stdout, stderr } = await celeriac('routes', 'departure', '--json');

  expect(code).toBe(3);
  expect(stdout).toBe('');
  expect(JSON.parse(stderr)).toEqual({
    error: {
      code: 'EXCHANGE_NOT_FOUND',
      message: "there is no exchange 'departure'; there is 'departures', 'alerts', 'day-end'",
      value: 'departure',
      allowed: ['departures', 'alerts', 'day-end'],
    },
  });
});

test('the app of a project is found, drawn, checked, and its routes are told', async () => {
  const drawn = await celeriac('graph');
  const routed = await celeriac('routes', 'departures', 'flight.LAX.JFK.late', '--json');
  const checked = await celeriac('check', '--json', '--against', 'test/golden/flights.template.json');

  expect(drawn).toMatchObject({ code: 0, stdout: expect.stringMatching(/^flowchart LR\n/), stderr: '' });
  expect(JSON.parse(routed.stdout).to.map(({ name }: { name: string }) => name)).toEqual(['tally', 'late']);
  expect(checked.code).toBe(0);
  expect(JSON.parse(checked.stdout)).toMatchObject({ app: 'flights', problems: [], replacements: [] });
});

test('without a Region it is said how to give one', async () => {
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE', 'AWS_ENDPOINT_URL'])
    vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', join(EMPTY, 'none'));

  const { code, stderr } = await celeriac('runs', 'list');

  expect(code).toBe(1);
  expect(stderr).toContain('celeriac: Region is missing; give --region, or set AWS_REGION; ');
});

test('a port that is taken is said in one line', async () => {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });

  const { code, stderr } = await celeriac('emulator', '--port', String(port));
  server.close();

  expect(code).toBe(1);
  expect(stderr).toBe(`celeriac: port ${port} of 127.0.0.1 is in use by another program\n`);
});

test('emulator prints one line, serves the SDK, and ends in order on SIGTERM', async () => {
  await using program = startProgram(process.execPath, [BIN, 'emulator', '--port', '0'], ROOT);
  const endpoint = await program.listening();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const sqs = new SQSClient({ endpoint, region: 'eu-north-1', credentials });

  const { QueueUrls } = await sqs.send(new ListQueuesCommand({}));
  sqs.destroy();
  const ended = await program.end();

  expect(QueueUrls ?? []).toEqual([]);
  expect(ended).toEqual({ code: 0, stdout: `listening ${endpoint}\n`, stderr: '' });
});

test('emulator --virtual stands still until it is advanced', async () => {
  const options = ['emulator', '--port', '0', '--virtual', '2026-01-01T00:00:00Z'];
  await using program = startProgram(process.execPath, [BIN, ...options], ROOT);
  const url = await program.listening();

  await fetch(`${url}/_celeriac/advance?ms=90000`, { method: 'POST' });
  const health = await fetch(`${url}/_celeriac/health`);

  expect(await health.json()).toMatchObject({ clock: 'virtual', now: '2026-01-01T00:01:30.000Z' });
});

test('sweep removes the reply queues of dead clients of one app and stage, and no others', async () => {
  await using program = startProgram(process.execPath, [BIN, 'emulator', '--port', '0'], ROOT);
  const endpoint = await program.listening();
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const sqs = new SQSClient({ endpoint, region: 'eu-north-1', credentials });
  const open = (QueueName: string, agoMs: number) => {
    const tags = { 'celeriac:beat': new Date(Date.now() - agoMs).toISOString() };
    return sqs.send(new CreateQueueCommand({ QueueName, tags }));
  };
  await open('shop-dev-reply-dead', 3_700_000);
  await open('shop-dev-reply-living', 600_000);
  await open('shop-prod-reply-dead', 3_700_000);
  // The SDK wants some, and the emulator takes any.
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  const words = ['sweep', '--app', 'shop', '--endpoint', endpoint, '--region', 'eu-north-1'];

  const first = await celeriac(...words);
  const second = await celeriac(...words, '--stage', 'prod', '--older-than', '2h', '--json');
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  sqs.destroy();

  expect(first).toMatchObject({ code: 0, stdout: 'removed shop-dev-reply-dead\n1 removed, 1 kept\n' });
  expect(JSON.parse(second.stdout)).toEqual({ removed: [], kept: ['shop-prod-reply-dead'], failed: [] });
  expect(QueueUrls.map((url) => url.slice(url.lastIndexOf('/') + 1))).toEqual([
    'shop-dev-reply-living',
    'shop-prod-reply-dead',
  ]);
});

function celeriac(...words: string[]): ReturnType<typeof run> {
  return run(process.execPath, [BIN, ...words], ROOT);
}
