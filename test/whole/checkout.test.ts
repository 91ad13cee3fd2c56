/** The command in a checkout: it runs the sources as they are, from a bundle of them where there is one. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { run } from './packed.ts';

const ROOT = join(import.meta.dirname, '../..');
const MAIN = `
  import { word } from '../word.ts';
  export async function main(): Promise<void> {
    const { end } = await import('./end.ts');
    console.log(word() + end);
  }`;

const checkouts: string[] = [];

/** A small checkout with the real command in it, and the compilers that it may use. */
function checkOut(compilers: readonly string[] = ['esbuild', 'tsx']): string {
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-checkout-'));
  checkouts.push(folder);
  for (const path of ['bin/celeriac.js', 'bin/checkout.js', 'tsconfig.json']) {
    cpSync(join(ROOT, path), join(folder, path));
  }
  write(folder, 'package.json', '{ "type": "module" }');
  write(folder, 'lib/cli/main.ts', MAIN);
  write(folder, 'lib/cli/end.ts', "export const end: string = '!';");
  write(folder, 'lib/word.ts', "export const word = (): string => 'one';");
  mkdirSync(join(folder, 'node_modules'));
  for (const name of compilers) {
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
  return folder;
}

function write(folder: string, path: string, text: string): void {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function start(folder: string) {
  const command = [join(folder, 'bin/celeriac.js')];
  const { stdout, stderr } = spawnSync(process.execPath, command, { encoding: 'utf8' });
  return { stdout, stderr };
}

function bundlesOf(folder: string): readonly string[] {
  const cache = join(folder, 'node_modules/.cache/celeriac');
  return readdirSync(cache).filter((name) => statSync(join(cache, name)).isDirectory());
}

afterEach(() => {
  for (const folder of checkouts.splice(0)) rmSync(folder, { recursive: true, force: true });
});

test('a second start needs no compiler', () => {
  const folder = checkOut();

  const first = start(folder);
  rmSync(join(folder, 'node_modules/esbuild'));
  rmSync(join(folder, 'node_modules/tsx'));
  const second = start(folder);

  expect(first).toEqual({ stdout: 'one!\n', stderr: '' });
  expect(second).toEqual(first);
});

test.each(['lib/word.ts', 'lib/cli/end.ts', 'lib/cli/main.ts'])(
  'a change of %s is run, though the file has the size and the time that it had',
  (path) => {
    const folder = checkOut();
    const file = join(folder, path);
    const texts: Readonly<Record<string, string>> = {
      'lib/word.ts': "export const word = (): string => 'two';",
      'lib/cli/end.ts': "export const end: string = '?';",
      'lib/cli/main.ts': MAIN.replace('word() + end', 'end + word()'),
    };
    start(folder);
    const { atime, mtime, size } = statSync(file);

    write(folder, path, texts[path] ?? '');
    utimesSync(file, atime, mtime);
    const { stdout } = start(folder);

    expect(statSync(file)).toMatchObject({ mtime, size });
    expect(stdout).toBe({ 'lib/word.ts': 'two!\n', 'lib/cli/end.ts': 'one?\n' }[path] ?? '!one\n');
  },
);

test('what was changed back is run from the bundle that there was', () => {
  const folder = checkOut();
  const word = (text: string) => write(folder, 'lib/word.ts', `export const word = (): string => '${text}';`);

  const said = ['one', 'two', 'one', 'two'].map((text) => {
    word(text);
    return start(folder).stdout;
  });

  expect(said).toEqual(['one!\n', 'two!\n', 'one!\n', 'two!\n']);
  expect(bundlesOf(folder)).toHaveLength(2);
});

test('a source with a mistake is reported by its name, and the bundle before it is not run', () => {
  const folder = checkOut();
  start(folder);

  write(folder, 'lib/word.ts', 'export const word = (): string => {;');
  const broken = start(folder);
  write(folder, 'lib/word.ts', "export const word = (): string => 'mended';");
  const mended = start(folder);

  expect(broken.stdout).toBe('');
  expect(broken.stderr).toContain('word.ts');
  expect(mended).toEqual({ stdout: 'mended!\n', stderr: '' });
});

test('several that start at once all run', async () => {
  const folder = checkOut();
  const command = join(folder, 'bin/celeriac.js');

  const ended = await Promise.all([1, 2, 3, 4].map(() => run(process.execPath, [command], folder)));

  expect(ended.map(({ stdout, stderr }) => stdout + stderr)).toEqual(Array(4).fill('one!\n'));
  expect(bundlesOf(folder)).toHaveLength(1);
});

test('what another start takes out of the cache while this one looks is no trouble', () => {
  const folder = checkOut(['esbuild']);
  const cache = join(folder, 'node_modules/.cache/celeriac');
  mkdirSync(cache, { recursive: true });
  // Listed, and not there when it is asked for.
  symlinkSync(join(folder, 'nowhere'), join(cache, 'inputs-1'));

  const started = start(folder);

  expect(started).toEqual({ stdout: 'one!\n', stderr: '' });
});

test('without esbuild the sources are compiled as they are loaded', () => {
  const folder = checkOut(['tsx']);

  const { stdout } = start(folder);

  expect(stdout).toBe('one!\n');
});

test('a module knows its own place, and a stack names the line of its source', () => {
  const folder = checkOut();
  const text = '// A comment that is a line of its own.\nconsole.log(import.meta.url, new Error().stack);';
  write(folder, 'lib/word.ts', `${text}\nexport const word = (): string => 'one';`);

  const { stdout } = start(folder);

  const url = pathToFileURL(join(folder, 'lib/word.ts')).href;
  expect(stdout.startsWith(`${url} Error`)).toBe(true);
  expect(stdout).toMatch(/at .*lib\/word\.ts:2:/);
});

test('a checkout that has moved is not run from where it was', () => {
  const folder = checkOut();
  write(folder, 'lib/cli/end.ts', 'export const end: string = import.meta.url;');
  start(folder);
  const moved = `${folder}-moved`;
  checkouts.push(moved);

  cpSync(folder, moved, { recursive: true, verbatimSymlinks: true });
  const { stdout } = start(moved);

  expect(stdout).toBe(`one${pathToFileURL(join(moved, 'lib/cli/end.ts')).href}\n`);
});
