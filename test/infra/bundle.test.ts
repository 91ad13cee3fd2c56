import childProcess from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import type { Template } from 'aws-cdk-lib/assertions';
import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { defineApp, defineQueue, defineTask } from '#lib';
import { CODE_SECTIONS } from '../../lib/codes/catalogue.ts';
import type { Codes } from '../../lib/codes/entry.ts';
import { shop } from './shop.ts';
import { synthesize } from './stack.ts';

/** The framework and the SDK, without the user's code. */
const BUNDLE_KB_MAX = 400;

/** What only the DynamoDB client says, in the header of its requests; and the SQS client in its own. */
const DYNAMODB = 'DynamoDB_20120810';
const SQS = 'AmazonSQS';

/** The code of each worker of the shop, by queue. */
const bundles = new Map<string, string>();

beforeAll(() => {
  const { folder, template } = synthesize(shop, {}, { bundled: true });
  for (const [queue, key] of Object.entries(codeKeys(template()))) {
    bundles.set(queue, readFileSync(join(folder, `asset.${key}`, 'index.js'), 'utf8'));
  }
});

afterEach(() => {
  vi.restoreAllMocks();
});

test.each([
  ['keep results', 'ledger', true],
  ['keep nothing', 'mail', false],
])(
  'a worker whose tasks %s is bundled with the SQS client; with the DynamoDB client: %s %s',
  (_, queue, kept) => {
    const code = bundles.get(queue) ?? '';

    expect(code.includes(SQS)).toBe(true);
    expect(code.includes(DYNAMODB)).toBe(kept);
  },
);

test.each(['ledger', 'mail'])('the bundle of %s is within its budget', (queue) => {
  const size = Buffer.byteLength(bundles.get(queue) ?? '');

  expect(size / 1024).toBeLessThanOrEqual(BUNDLE_KB_MAX);
  // Far less would mean that something is missing.
  expect(size / 1024).toBeGreaterThan(BUNDLE_KB_MAX / 2);
});

test.each(['ledger', 'mail'])('the bundle of %s holds everything but what is part of Node', (queue) => {
  const code = bundles.get(queue) ?? '';

  const required = new Set([...code.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name ?? ''));

  expect([...required].filter((name) => !isBuiltin(name))).toEqual([]);
  expect(required).toContain('node:https');
});

test('a worker of tasks carries workflows on within a budget of its own, unless its app has none', () => {
  const kept = defineTask('kept', { queue: defineQueue('one'), run: () => 1 });
  const lost = defineTask('lost', { queue: defineQueue('two'), result: false, run: () => 1 });

  const { folder, template } = synthesize(defineApp('many', { tasks: [kept, lost] }), {}, { bundled: true });

  const codes = Object.entries(codeKeys(template())).map(
    ([queue, key]) => [queue, readFileSync(join(folder, `asset.${key}`, 'index.js'), 'utf8')] as const,
  );
  const found = new Map([...bundles, ...codes]);
  const carrying = [...found].filter(([, code]) => CONDUCTOR.every((said) => code.includes(said)));
  // What is overdue, `later` ends.
  expect(carrying.map(([queue]) => queue)).toEqual(['one', 'later']);
  expect(Buffer.byteLength(found.get('one') ?? '') / 1024).toBeLessThanOrEqual(CARRYING_KB_MAX);
  // It has no schedules, so nothing of theirs.
  expect((found.get('later') ?? '').includes('RECORD_BUSY')).toBe(false);
});

test('a worker holds what hides secrets where its app names some, and nothing of it elsewhere', () => {
  const pay = defineTask('pay', { queue: defineQueue('pay'), redact: ['card'], run: () => 1 });
  const { folder, template } = synthesize(defineApp('till', { tasks: [pay] }), {}, { bundled: true });
  const key = codeKeys(template()).pay ?? '';

  const hiding = readFileSync(join(folder, `asset.${key}`, 'index.js'), 'utf8');

  expect(SECRETS.filter((said) => hiding.includes(said))).toEqual(SECRETS);
  for (const code of bundles.values()) expect(SECRETS.filter((said) => code.includes(said))).toEqual([]);
});

/** What stands in the place of a secret, and a header that always holds one. */
const SECRETS = ['[redacted]', 'proxy-authorization'];

/** The framework and the SDK where workflows may go through; whoever has none says so in defineApp. */
const CARRYING_KB_MAX = 420;

/** What only says who carries workflows on. */
const CONDUCTOR = ['PLAN_LOST', 'GROUP_MEMBER_FAILED', 'RESULT_LOST'];

test('a worker leaves the checks of definitions to the synthesis', () => {
  const checks = ['ORDERED_TAKERS_OVERLAP', 'VISIBILITY_TOO_LONG', 'ATTEMPTS_OUT_OF_RANGE'];

  const code = bundles.get('ledger') ?? '';

  expect(checks.filter((each) => code.includes(each))).toEqual([]);
  // What the worker itself says is there, so texts are found where they are.
  expect(code).toContain('WRONG_APP');
});

test('what the codes of errors mean is in no worker', () => {
  const texts = Object.values(CODE_SECTIONS).flatMap((section: Codes) =>
    Object.values(section).map(({ means }) => means),
  );

  expect(texts.length).toBeGreaterThan(100);
  for (const code of bundles.values()) expect(texts.filter((text) => code.includes(text))).toEqual([]);
});

test('workers with the same needs share one bundle, which is made once', () => {
  const spawned = vi.spyOn(childProcess, 'spawnSync');
  const queues = ['one', 'two', 'three'].map((name) => defineQueue(name));
  const kept = queues.map((queue) => defineTask(`in-${queue.name}`, { queue, run: () => 1 }));
  const lost = defineTask('lost', { queue: defineQueue('lost'), result: false, run: () => 1 });

  const { template } = synthesize(
    defineApp('many', { tasks: [...kept, lost], longDelays: false }),
    {},
    { bundled: true },
  );

  const keys = codeKeys(template());
  expect(new Set([keys.one, keys.two, keys.three]).size).toBe(1);
  expect(keys.lost).not.toBe(keys.one);
  expect(spawned.mock.calls.filter(([, words]) => words?.includes('esbuild'))).toHaveLength(2);
});

test('the same sources give the same bundle, wherever it is written', () => {
  const first = synthesize(shop, {}, { bundled: true });
  const second = synthesize(shop, {}, { bundled: true });

  expect(first.folder).not.toBe(second.folder);
  expect(codeKeys(first.template())).toEqual(codeKeys(second.template()));
});

test('source maps are shipped and turned on where asked', () => {
  const { folder, template } = synthesize(shop, { bundling: { sourceMaps: true } }, { bundled: true });

  const keys = codeKeys(template());

  template().allResourcesProperties('AWS::Lambda::Function', {
    Environment: { Variables: { NODE_OPTIONS: '--enable-source-maps' } },
  });
  expect(existsSync(join(folder, `asset.${keys.mail}`, 'index.js.map'))).toBe(true);
  expect(existsSync(join(synthesize(shop, {}, { bundled: true }).folder, `asset.${keys.mail}`))).toBe(false);
});

/** The asset hash of each worker's code, by queue. */
function codeKeys(template: Template): Readonly<Record<string, string>> {
  const functions = Object.values(template.findResources('AWS::Lambda::Function'));
  return Object.fromEntries(
    functions.map(({ Metadata, Properties }) => {
      const [, queue] = /Worker-([^/]+)/.exec(Metadata['aws:cdk:path']) ?? [];
      return [queue, Properties.Code.S3Key.replace('.zip', '')];
    }),
  );
}

function isBuiltin(name: string): boolean {
  return name.startsWith('node:') || builtinModules.includes(name);
}
