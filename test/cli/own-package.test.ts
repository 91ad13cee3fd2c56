/** When a checkout has to be built for a project that imports it. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { installedAs, isBuilt, ownPackage } from '../../lib/cli/own-package.ts';

const made: string[] = [];

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

test('a checkout without a build, or with one of older sources, is not built', async () => {
  const fresh = checkout({ 'lib/index.ts': 1, 'infra/index.ts': 1 });
  const current = checkout({ 'lib/index.ts': 1, 'infra/index.ts': 2, 'dist/lib/index.js': 3 });
  const stale = checkout({ 'lib/index.ts': 1, 'infra/deep/queue.ts': 4, 'dist/lib/index.js': 3 });

  const built = await Promise.all([fresh, current, stale].map(isBuilt));

  expect(built).toEqual([false, true, false]);
});

test('a project beside a checkout asks for its folder', async () => {
  const root = join(import.meta.dirname, '../..');

  const wanted = await ownPackage(join(dirname(root), 'shop'));

  expect(wanted).toBe(`file:../${root.split('/').at(-1)}`);
});

test.each([
  ['file:vendor/celeriac-0.1.0.tgz', 'file:../home/vendor/celeriac-0.1.0.tgz'],
  ['git+ssh://git@host.example/celeriac.git#v1', 'git+ssh://git@host.example/celeriac.git#v1'],
  ['^0.1.0', '^0.1.7'],
  ['npm:celeriac@^0.1.0', '^0.1.7'],
])('a project beside one that has installed it as %s asks for %s', async (named, wanted) => {
  const around = checkout({ 'home/node_modules/celeriac/package.json': 1 });
  const dependencies = { celeriac: named };
  writeFileSync(join(around, 'home/package.json'), JSON.stringify({ dependencies }));

  const asked = await installedAs(join(around, 'home/node_modules/celeriac'), join(around, 'shop'), '^0.1.7');

  expect(asked).toBe(wanted);
});

/** A checkout whose files were written at these seconds. */
function checkout(files: Readonly<Record<string, number>>): string {
  const root = mkdtempSync(join(tmpdir(), 'celeriac-own-'));
  made.push(root);
  for (const [path, second] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
    utimesSync(join(root, path), second, second);
  }
  return root;
}
