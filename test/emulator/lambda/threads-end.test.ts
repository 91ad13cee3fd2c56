import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import type { Input } from '../../../lib/emulator/service.ts';
import { createBundleRig } from './bundle-rig.ts';
import { functionArn, payloadOf } from './rig.ts';

const rig = createBundleRig();

afterEach(() => rig.close());
afterAll(() => rig.remove());

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Keeps this thread from everything else, as a long computation would; not for ever. */
function blockUntil(isSo: () => boolean, ms = 60_000): void {
  const end = Date.now() + ms;
  while (!isSo() && Date.now() < end) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
}

test.each<[string, string, string, RegExp]>([
  ['throws', `throw new RangeError('too far')`, 'RangeError', /^too far$/],
  ['throws what is no error', `throw 'text'`, 'string', /^text$/],
  [
    'returns what JSON cannot hold',
    'const a = {}; a.a = a; return a',
    'Runtime.JSONStringifyError',
    /^Unable to stringify/,
  ],
])(
  'a function that %s fails its invocation, and the environment stays',
  async (_name, body, errorType, message) => {
    const { invoke, stats } = await rig.open(`exports.handler = async () => { ${body} }`);

    const answers = [await invoke(), await invoke()];

    for (const answer of answers) {
      expect(answer.FunctionError).toBe('Unhandled');
      expect(payloadOf(answer)).toMatchObject({
        errorType,
        errorMessage: expect.stringMatching(message),
        trace: expect.any(Array),
      });
    }
    expect(stats()).toMatchObject({ coldStarts: 1, environments: 1, errors: 2 });
  },
);

test.each<[string, string, string, string]>([
  ['exits', 'process.exit(0)', 'Runtime.ExitError', 'Runtime exited without providing a reason'],
  ['exits with a status', 'process.exit(3)', 'Runtime.ExitError', 'Runtime exited with error: exit status 3'],
  [
    'throws where nobody catches',
    `setImmediate(() => { throw new Error('late') }); await new Promise(() => {})`,
    'Runtime.ExitError',
    'Runtime exited with error: exit status 129',
  ],
  [
    'forgets a rejected promise',
    `Promise.reject(new Error('lost')); await new Promise(() => {})`,
    'Runtime.ExitError',
    'Runtime exited with error: exit status 128',
  ],
  [
    'takes more memory than it has',
    'const all = []; for (;;) all.push(new Array(100_000).fill(all.length))',
    'Runtime.OutOfMemory',
    'Runtime exited with error: signal: killed',
  ],
])('a function that %s ends its environment', async (_name, body, errorType, reason) => {
  const { invoke, stats } = await rig.open(
    `exports.handler = async (event) => { if (event.ok) return 'fine'; console.log('last words'); ${body} }`,
  );

  const answer = await invoke();
  const next = await invoke({ ok: true });

  expect(payloadOf(answer)).toEqual({
    errorType,
    errorMessage: expect.stringMatching(new RegExp(`^RequestId: [0-9a-f-]{36} Error: ${reason}$`)),
  });
  expect(payloadOf(next)).toBe('fine');
  expect(stats()).toMatchObject({ coldStarts: 2, environments: 1 });
});

test('what a function printed before its end is not lost', async () => {
  const { invoke, lines } = await rig.open(`
    exports.handler = async () => {
      process.stdout.write('one\\ntwo');
      process.stdout.write(' and three');
      process.exit(1);
    };
  `);

  const answer = await invoke({}, { LogType: 'Tail' });

  expect(lines.map(({ text }) => text)).toEqual(['one', 'two and three']);
  const log = Buffer.from(String(answer.LogResult), 'base64').toString();
  expect(log).toContain('one\ntwo and three\nRequestId: ');
});

test('an endless loop is ended at its timeout', async () => {
  const { invoke, stats } = await rig.open('exports.handler = async () => { for (;;); }', {
    settings: { Timeout: 1 },
  });

  const answer = await invoke({}, { LogType: 'Tail' });

  expect(payloadOf(answer)).toEqual({
    errorType: 'Sandbox.Timedout',
    errorMessage: expect.stringMatching(
      /^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/,
    ),
  });
  expect(Buffer.from(String(answer.LogResult), 'base64').toString()).toContain(
    'Task timed out after 1.00 seconds',
  );
  expect(stats()).toMatchObject({ timeouts: 1, environments: 0 });
});

test('an answer given in time counts, though nobody could hear it until the time was over', async () => {
  const done = join(rig.root, 'done');
  const { invoke, stats } = await rig.open(
    `exports.handler = async ({ done }) => {
      if (done) setImmediate(() => require('node:fs').writeFileSync(done, ''));
      return 'in time';
    };`,
    { settings: { Timeout: 1 } },
  );
  await invoke();

  const answering = invoke({ done });
  await turn();
  blockUntil(() => existsSync(done));
  blockUntil(() => false, 1_100);

  expect(payloadOf(await answering)).toBe('in time');
  expect(stats()).toMatchObject({ coldStarts: 1, timeouts: 0 });
});

test('a kill ends a running function at once, and says how many environments there were', async () => {
  const { lambda, invoke } = await rig.open('exports.handler = async () => { for (;;); }');
  const running = [invoke(), invoke()];
  await expect.poll(() => lambda.stats()[functionArn('worker')]?.environments).toBe(2);

  const killed = lambda.kill('worker');
  const answers = await Promise.all(running);

  expect(killed).toBe(2);
  for (const answer of answers) {
    expect(payloadOf(answer)).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('signal: killed'),
    });
  }
});

test.each<[string, Readonly<Record<string, string>>, Input, string, RegExp]>([
  ['no such file', {}, {}, 'Runtime.ImportModuleError', /^Error: Cannot find module 'index'/],
  [
    'no such export',
    { 'index.js': '' },
    {},
    'Runtime.HandlerNotFound',
    /^index\.handler is undefined or not exported$/,
  ],
  [
    'a missing package',
    { 'index.js': `require('no-such-package')` },
    {},
    'Runtime.ImportModuleError',
    /^Error: Cannot find module 'no-such-package'/,
  ],
  [
    'a syntax error',
    { 'index.js': 'exports.handler = (' },
    {},
    'Runtime.UserCodeSyntaxError',
    /^SyntaxError: /,
  ],
  ['an error at import', { 'index.js': `throw new TypeError('bad start')` }, {}, 'TypeError', /^bad start$/],
  [
    'a bad name',
    { 'index.js': '' },
    { Handler: 'index' },
    'Runtime.MalformedHandlerName',
    /^'index' is not a handler/,
  ],
  [
    'a callback',
    { 'index.js': 'exports.handler = (event, context, callback) => callback(null, 1)' },
    {},
    'Runtime.CallbackHandlerDeprecated',
    /^index\.handler takes a callback, which Lambda does not support from Node\.js 24 on/,
  ],
])('a bundle with %s fails its invocations by name', async (_name, files, settings, errorType, message) => {
  const { invoke, stats } = await rig.open({ 'package.json': '{}', ...files }, { settings });

  const answer = await invoke();

  expect(answer.FunctionError).toBe('Unhandled');
  expect(payloadOf(answer)).toMatchObject({ errorType, errorMessage: expect.stringMatching(message) });
  expect(stats()?.environments).toBe(0);
});

test('a module that never finishes loading is ended', async () => {
  const { invoke } = await rig.open('for (;;);', { initMs: 50 });

  const answer = await invoke();

  expect(payloadOf(answer)).toMatchObject({ errorType: 'Sandbox.Timedout' });
});

test('close ends every thread, whatever it does', async () => {
  const { lambda, invoke } = await rig.open('exports.handler = async () => { for (;;); }');
  const running = invoke();
  await expect.poll(() => lambda.stats()[functionArn('worker')]?.environments).toBe(1);

  await lambda.close();

  expect(payloadOf(await running)).toMatchObject({ errorType: 'Runtime.ExitError' });
  expect(lambda.stats()[functionArn('worker')]?.environments).toBe(0);
});
