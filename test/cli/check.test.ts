/** `celeriac check` in projects made for it. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { toCheck } from '../../lib/cli/check.ts';

const LIBRARY = join(import.meta.dirname, '../../lib/index.ts');
const MODULES = join(import.meta.dirname, '../../node_modules');
const OPTIONS = { duration: '50', memory: '512', stage: 'dev' };
const made: string[] = [];

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

test('an app without fault has costs, limits and nothing to replace', async () => {
  const folder = project({ 'app.ts': APP('{}') });

  const { code, value, text } = await toCheck(OPTIONS, folder);

  expect(code).toBe(0);
  expect(value).toMatchObject({ app: 'shop', problems: [], costs: [{ task: 'charge' }] });
  expect(text).toContain("✓ the definitions of app 'shop' are right");
  expect(text).toMatch(/charge +\$0\.12 +\$0\.35 +\$3\.75 +\$4\.22/);
});

test('every problem of the definitions is told at once, with its path', async () => {
  const folder = project({ 'app.ts': APP("{ visibility: '2d', deadLetter: { after: 0 } }") });

  const { code, value, text } = await toCheck(OPTIONS, folder);

  expect(code).toBe(1);
  expect(value).toMatchObject({
    problems: [
      { code: 'VISIBILITY_TOO_LONG', path: 'queues.work.visibility' },
      { code: 'DEAD_LETTER_AFTER_OUT_OF_RANGE', path: 'queues.work.deadLetter.after' },
    ],
  });
  expect(text).toContain('2 problems');
});

test('what a deploy would replace is read from cdk.out, where there is one', async () => {
  const old = { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'shop-dev-work' } };
  const folder = project({
    'app.ts': APP('{ ordered: true }'),
    'cdk.out/Shop.template.json': JSON.stringify({ Resources: { Old: old } }),
  });

  const { code, value, text } = await toCheck(OPTIONS, folder);

  expect(code).toBe(1);
  expect(value).toMatchObject({ replacements: [{ code: 'BECOMES_ORDERED', resource: 'shop-dev-work' }] });
  expect(text).toContain("! queue 'shop-dev-work' becomes ordered");
});

test('a project without esbuild is told what that means', async () => {
  const folder = project({ 'app.js': APP('{}') }, false);

  const { code, value, text } = await toCheck({ ...OPTIONS, app: 'app.js' }, folder);

  expect(code).toBe(1);
  expect(value).toMatchObject({ tools: [{ name: 'esbuild', found: false }, {}, {}] });
  expect(text).toContain('✗ esbuild is not installed here: it bundles the workers; without it');
});

test.each([
  [{}, 'NO_APP', 'has to have one module with'],
  [{ 'a.ts': APP('{}'), 'b.ts': APP('{}') }, 'NO_APP', 'it has ./a.ts, ./b.ts; name it with --app'],
])('without one module that defines an app there is nothing to check', async (files, code, message) => {
  const checking = toCheck(OPTIONS, project(files));

  await expect(checking).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
});

test('package.json may say where the app is', async () => {
  const manifest = JSON.stringify({ celeriac: { app: 'b.ts' } });
  const folder = project({ 'a.ts': APP('{}'), 'b.ts': APP('{}', 'mall'), 'package.json': manifest });

  const { value } = await toCheck(OPTIONS, folder);

  expect(value).toMatchObject({ app: 'mall' });
});

/** The source of an app with one queue. */
function APP(queue: string, name = 'shop'): string {
  return `import { defineApp, defineQueue, defineTask } from '${LIBRARY}';
const work = defineQueue('work', ${queue});
export const app = defineApp('${name}', { tasks: [defineTask('charge', { queue: work, run: () => null })] });
`;
}

function project(files: Readonly<Record<string, string>>, installed = true): string {
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-check-'));
  made.push(folder);
  if (installed) symlinkSync(MODULES, join(folder, 'node_modules'));
  for (const [path, text] of Object.entries({ 'package.json': '{ "type": "module" }', ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
