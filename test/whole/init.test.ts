/**
 * `celeriac init` from outside: the packed package's own command in an empty folder, then the commands that
 * the README of the new project names, with packages as npm installs them.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createProject, type Packed, pack, run } from './packed.ts';

const folder = mkdtempSync(join(tmpdir(), 'celeriac-new-'));
let packed: Packed;
let home: string;

beforeAll(() => {
  packed = pack();
  home = createProject(packed, { 'package.json': '{}' });
});

afterAll(() => {
  for (const made of [folder, home]) rmSync(made, { recursive: true, force: true });
});

test('init starts a project whose own commands work as its README says', { timeout: 600_000 }, async () => {
  const started = await init();
  expect(started).toMatchObject({ code: 0, stderr: '' });
  const { files } = JSON.parse(started.stdout);
  expect(files.every(({ action }: { readonly action: string }) => action === 'create')).toBe(true);

  // The README's two commands.
  expect(readFileSync(join(folder, 'README.md'), 'utf8')).toMatch(/^npm install\nnpm run demo /m);
  const installed = await npm('install', '--prefer-offline', '--no-audit', '--no-fund');
  expect(installed.code, installed.stderr).toBe(0);
  const demo = await npm('run', 'demo');
  expect(demo.code, demo.stderr).toBe(0);
  expect(demo.stdout).toMatch(/Welcome, Ada\n$/);

  // The others in its table.
  const tested = await npm('test');
  expect(tested.stdout).toMatch(/^# pass 3$/m);
  const checked = await npm('run', 'check');
  expect(checked.code, checked.stdout).toBe(0);
  expect(checked.stdout).toContain('✓ the definitions of app');
  const drawn = await run('npx', ['--no-install', 'celeriac', 'graph'], folder);
  expect(drawn.stdout).toContain('|"signup.*"|');
  const routed = await run('npx', ['--no-install', 'celeriac', 'routes', 'signups', 'signup.no'], folder);
  expect(routed.stdout).toContain('signups --signup.*--> welcome');
});

test('a second run changes nothing', async () => {
  const before = stamps();

  const again = await init();

  expect(again.code).toBe(0);
  expect(JSON.parse(again.stdout).written).toEqual([]);
  expect(stamps()).toEqual(before);
});

test('in a project, where nobody can be asked, nothing is touched and the command says how', async () => {
  const files = { 'package.json': '{ "type": "module" }', 'index.js': 'export const a = 1;\n' };
  const project = createProject(packed, files);

  const { code, stderr } = await run('npx', ['--no-install', 'celeriac', 'init'], project);

  expect(code).toBe(2);
  expect(stderr).toMatch(/^celeriac: change package\.json \(adds .*nobody can be asked here; add --yes/);
  expect(readdirSync(project).sort()).toEqual(['index.js', 'node_modules', 'package.json']);
  expect(readFileSync(join(project, 'package.json'), 'utf8')).toBe(files['package.json']);
  rmSync(project, { recursive: true });
});

function init(): ReturnType<typeof run> {
  const words = ['celeriac', 'init', folder, '--name', 'fresh', '--package', `file:${packed.file}`, '--json'];
  return run('npx', ['--no-install', ...words], home);
}

function npm(...words: readonly string[]): ReturnType<typeof run> {
  return run('npm', words, folder);
}

/** When each file of the project was written last, and what is in it. */
function stamps(): readonly (readonly [string, number, string])[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/node_modules/.test(entry.parentPath))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path, statSync(path).mtimeMs, readFileSync(path, 'utf8')] as const);
}
