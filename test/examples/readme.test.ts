/**
 * What the README says is true: its code is the code of this folder, its commands exist, its figures are the
 * constants'.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defineApp, defineTask, QUEUE_DEFAULTS, RETRY_DEFAULTS, WORKER_DEFAULTS } from '#lib';
import { simulate } from '#lib/testing';
import {
  FUNCTION_MEMORY_MB_MAX,
  FUNCTION_MEMORY_MB_MIN,
  MESSAGE_BYTES_MAX,
  RECORD_MS,
  RESULT_BYTES_MAX,
  RETENTION_MS,
  VISIBILITY_MS_MAX,
  WAIT_MS_MAX,
  WORKER_BATCH_MAX,
  WORKER_CONCURRENCY_MAX,
  WORKER_CONCURRENCY_MIN,
} from '../../lib/core/limits.ts';

const ROOT = join(import.meta.dirname, '../..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

/** A fenced block: its language, its text, and the file that the comment above it names. */
interface Block {
  readonly file: string | undefined;
  readonly language: string;
  readonly text: string;
}

const BLOCKS: readonly Block[] = [...README.matchAll(/^(?:<!-- (\S+) -->\n)?```(\w*)\n(.*?)^```$/gms)].map(
  ([, file, language = '', text = '']) => ({ file, language, text }),
);

const CODE = BLOCKS.filter(({ language }) => language !== 'sh');

test('every block of code is a file of this folder, under the names that users import', () => {
  expect(CODE.length).toBeGreaterThan(5);
  for (const { file = 'a block without the name of its file', text } of CODE) {
    const source = readFileSync(join(ROOT, file), 'utf8');
    expect(`${file}\n${text}`).toBe(`${file}\n${toPublicNames(source)}`);
  }
});

test('every file of this folder is in the README, but for what only the tests need', () => {
  const shown = CODE.map(({ file }) => file?.replace('test/examples/', ''));
  const own = [
    'bank.ts',
    'deployed.test.ts',
    'envelope.test.ts',
    'patterns',
    'patterns.test.ts',
    'readme.test.ts',
    'timetable.test.ts',
    'workflow.test.ts',
  ];

  expect([...shown, ...own].sort()).toEqual(readdirSync(import.meta.dirname).sort());
});

test('the first screen is the two commands and an example of at most 24 lines', () => {
  const [commands, example] = BLOCKS;

  expect(commands?.text.split('\n').map((line) => line.replace(/ +#.*/, ''))).toEqual([
    'npm ci && npm run demo',
    'npm ci && npm test',
    '',
  ]);
  expect(example?.text.split('\n').length).toBeLessThanOrEqual(24);
  expect(README.indexOf(example?.text ?? '')).toBeLessThan(600);
});

test('every command exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const help = execFileSync(process.execPath, [join(ROOT, 'bin/celeriac.js'), '--help'], {
    encoding: 'utf8',
  });
  const shell = README.matchAll(/\bnpm (?:run )?([\w-]+)|\bnpx celeriac ([\w-]+)/g);
  const missing = [...shell].flatMap(([text, script, command]) => {
    if (command !== undefined) return help.includes(`  ${command} `) ? [] : [text];
    return ['ci', 'install', 'pack', 'pkg', 'registry'].includes(script ?? '') || scripts[script ?? '']
      ? []
      : [text];
  });

  expect(missing).toEqual([]);
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

test.each([
  ['`retry.attempts`', `${RETRY_DEFAULTS.attempts}`, ''],
  ['`visibility`', `\`'${QUEUE_DEFAULTS.visibility}'\``, `${VISIBILITY_MS_MAX / HOUR} hours`],
  ['`deadLetter.after`', `${QUEUE_DEFAULTS.deadLetterAfter}`, '900'],
  ['`result`', '`true`', `${RESULT_BYTES_MAX / 1_000} KB, for ${RECORD_MS / DAY} days`],
  ['`delay`', 'none', `${WAIT_MS_MAX / DAY} days`],
  [
    'worker `memory`',
    `${WORKER_DEFAULTS.memory} MB`,
    `${FUNCTION_MEMORY_MB_MIN} to ${FUNCTION_MEMORY_MB_MAX} MB`,
  ],
  ['worker `batch`', `${WORKER_DEFAULTS.batch} messages`, `${WORKER_BATCH_MAX}; 10 on an ordered queue`],
  ['worker `concurrency`', 'as Lambda gives', `${WORKER_CONCURRENCY_MIN} to ${WORKER_CONCURRENCY_MAX}`],
  ['a message', '', `${MESSAGE_BYTES_MAX / 1_024} KiB`],
])('the row of %s says default and limit as they are', (name, byDefault, limit) => {
  const row = README.split('\n').find((line) => line.startsWith(`| ${name}`)) ?? '';
  const cells = row.split('|').map((cell) => cell.trim());

  expect(cells.slice(2, 4)).toEqual([byDefault, limit]);
});

test('the default of the backoff is the one that is shown', () => {
  expect(README).toContain("`exponential('2s', { max: '5m', jitter: true })`");
  expect(RETRY_DEFAULTS.backoff).toEqual({
    kind: 'exponential',
    baseMs: 2_000,
    factor: 2,
    maxMs: 5 * MINUTE,
    jitter: true,
  });
  expect(README).toContain(`kept for ${RETENTION_MS / DAY} days`);
});

test.each([
  [true, 200],
  [false, 0],
])('with result: %s, the calls that are paid for are those of the cost table', async (result, writes) => {
  const task = defineTask('task', { result, run: () => 1 });
  let together = 0;
  const sim = simulate(defineApp('costs', { tasks: [task] }), {
    async onCall({ operation, input }, proceed) {
      // Statements that share a call are paid for one by one.
      if (operation === 'BatchExecuteStatement') together += Object.values(input).flat().length;
      return proceed();
    },
  });

  await sim.sendMany(Array.from({ length: 100 }, () => task()));
  await sim.settle();

  const calls = [...sim.emulator.calls('client'), ...sim.emulator.calls('lambda')];
  const count = (operation: string) =>
    calls.filter((one) => one.operation === operation).reduce((sum, one) => sum + one.calls - one.empty, 0);
  expect({
    send: count('SendMessageBatch'),
    receive: count('ReceiveMessage'),
    delete: count('DeleteMessageBatch'),
    write: count('UpdateItem') + together,
  }).toEqual({ send: 10, receive: 10, delete: 10, write: writes });
});

/** As in a project with the package installed. */
function toPublicNames(source: string): string {
  return source.replaceAll("'#lib", "'celeriac").replaceAll("'#infra'", "'celeriac/infra'");
}
