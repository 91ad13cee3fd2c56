/** What is said of an app that cannot be had: where it was looked for, and where its mistake is. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openApp } from '../../lib/cli/find-app.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'celeriac-apps-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

test.each([
  [
    'app.mjs',
    "throw new TypeError('boom');",
    'APP_NOT_LOADED',
    'cannot be loaded: TypeError: boom (<folder>/app.mjs:1:7)',
  ],
  ['app.mjs', "throw 'a text';", 'APP_NOT_LOADED', 'cannot be loaded: a text'],
  [
    'app.mjs',
    "import 'not-there';",
    'APP_NOT_LOADED',
    "cannot be loaded: Error: Cannot find package 'not-there'",
  ],
  ['app.ts', '\nexport const app = ((;', 'APP_NOT_LOADED', 'app.ts:2:21: Unexpected ";"'],
  ['app.ts', "import './not-there.ts';", 'APP_NOT_LOADED', 'does not compile: '],
  [
    'app.ts',
    'export const other = 1;',
    'NO_APP',
    '<folder>/app.ts has to export one app (defineApp); it exports none',
  ],
])('%s with %j is %s', async (path, text, code, said) => {
  write(path, text);

  const opened = openApp({ app: path }, folder);

  const message = expect.stringContaining(said.replaceAll('<folder>', folder));
  await expect(opened).rejects.toMatchObject({ code, message });
});

test('a module that was compiled names the lines of its source', async () => {
  write('src/app.ts', "const text: string = 'boom';\nthrow new Error(text);\n");

  const opened = openApp({ app: 'src/app.ts' }, folder);

  const message = `${folder}/src/app.ts cannot be loaded: Error: boom (${folder}/src/app.ts:2:7)`;
  await expect(opened).rejects.toMatchObject({ code: 'APP_NOT_LOADED', message });
});

test.each([
  ['a folder', { app: 'src' }, '', "--app is 'src'; it must be a file that exports an app"],
  [
    'a file that is not there',
    { app: 'no.ts' },
    '',
    "--app is 'no.ts'; it must be a file that exports an app",
  ],
  [
    'a package.json that names no file',
    {},
    '{ "celeriac": { "app": "gone.ts" } }',
    "celeriac.app of package.json is '<folder>/gone.ts'; it must be a file that exports an app",
  ],
  ['a package.json that is no JSON', {}, '{ "name": ', '<folder>/package.json cannot be read (SyntaxError: '],
])('%s is refused by its name', async (_title, options, manifest, said) => {
  write('src/app.mjs', 'export const app = 1;');
  if (manifest !== '') write('package.json', manifest);

  const opened = openApp(options, folder);

  const message = expect.stringContaining(said.replaceAll('<folder>', folder));
  await expect(opened).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', message });
});
