/** `celeriac init`: what it writes, what it leaves alone, and when it asks. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { Ask } from '../../lib/cli/ask.ts';
import { toInit } from '../../lib/cli/init.ts';
import { DEPENDENCIES, DEV_DEPENDENCIES } from '../../lib/cli/templates.ts';

const PACKAGE = { package: '^0.1.0' };
const never: Ask = async (question) => {
  throw new Error(`it was asked: ${question}`);
};
const made: string[] = [];

afterAll(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

describe('in an empty folder', () => {
  test('it starts a project without asking, under public names and the name of the folder', async () => {
    const folder = project({});

    const { text, code = 0 } = await toInit({ ...PACKAGE, name: 'shop' }, folder, never);

    expect(code).toBe(0);
    expect(list(folder)).toEqual([
      '.gitignore',
      'README.md',
      'cdk.json',
      'demo.ts',
      'functions/app.ts',
      'functions/worker.ts',
      'infra/main.ts',
      'package.json',
      'test/app.test.ts',
      'tsconfig.json',
    ]);
    expect(read(folder, 'functions/app.ts')).toContain("} from 'celeriac';");
    expect(read(folder, 'functions/app.ts')).toContain("defineApp('shop', {");
    expect(read(folder, 'infra/main.ts')).toContain('`Shop-${stage}`');
    expect(list(folder).filter((path) => /'#(lib|infra)/.test(read(folder, path)))).toEqual([]);
    expect(JSON.parse(read(folder, 'package.json'))).toMatchObject({
      type: 'module',
      celeriac: { app: 'functions/app.ts' },
      dependencies: { celeriac: '^0.1.0' },
    });
    expect(text).toContain('npm run demo');
  });

  test('a second run changes nothing, and has nothing to ask', async () => {
    const folder = project({});
    await toInit(PACKAGE, folder, never);
    const before = contents(folder);

    const again = await toInit(PACKAGE, folder, never);

    expect(again).toMatchObject({ text: 'nothing to do: all is there', value: { written: [] } });
    expect(contents(folder)).toEqual(before);
  });

  test('--dry-run writes nothing and says what it would', async () => {
    const folder = project({});

    const { text, value } = await toInit({ ...PACKAGE, dryRun: true }, folder, never);

    expect(list(folder)).toEqual([]);
    expect(value).toMatchObject({ written: [] });
    expect(text).toContain('+ functions/app.ts');
  });
});

describe('in a project', () => {
  const MANIFEST = JSON.stringify({
    name: 'mine',
    type: 'module',
    scripts: { test: 'vitest' },
    dependencies: { zod: '^3.0.0' },
  });

  const MINE = "import { defineApp } from 'celeriac';\nexport const mine = defineApp('mine', {});\n";

  test('it asks before it touches a file, and a no leaves everything as it was', async () => {
    const folder = project({ 'package.json': MANIFEST, 'index.ts': 'export const a = 1;\n' });
    const before = contents(folder);
    const asked: string[] = [];

    const { code } = await toInit(PACKAGE, folder, async (question) => {
      asked.push(question);
      return false;
    });

    expect(code).toBe(1);
    expect(contents(folder)).toEqual(before);
    expect(asked).toEqual([
      expect.stringContaining('change package.json (adds scripts.demo, scripts.dev, '),
      expect.stringContaining('create functions/app.ts, '),
    ]);
  });

  test('with --yes it adds what is missing and leaves what is there', async () => {
    const mine = { 'README.md': '# mine\n', 'cdk.json': '{ "app": "mine" }', '.gitignore': 'node_modules' };
    const folder = project({ 'package.json': MANIFEST, ...mine });

    await toInit({ ...PACKAGE, yes: true }, folder, never);

    expect(read(folder, 'README.md')).toBe('# mine\n');
    expect(read(folder, 'cdk.json')).toBe('{ "app": "mine" }');
    expect(read(folder, '.gitignore')).toBe('node_modules\ncdk.out/\n.celeriac/\n*.log\n');
    expect(JSON.parse(read(folder, 'package.json'))).toMatchObject({
      name: 'mine',
      scripts: { test: 'vitest', demo: 'tsx demo.ts' },
      dependencies: { zod: '^3.0.0', celeriac: '^0.1.0' },
    });
  });

  test('that has an app gets its worker and CDK app, scripts and packages, and no second app', async () => {
    const folder = project({ 'package.json': MANIFEST, 'src/mine.ts': MINE });

    const { text } = await toInit({ ...PACKAGE, yes: true }, folder, never);

    expect(list(folder)).toEqual([
      '.gitignore',
      'cdk.json',
      'functions/worker.ts',
      'infra/main.ts',
      'package.json',
      'src/mine.ts',
      'tsconfig.json',
    ]);
    expect(read(folder, 'functions/worker.ts')).toContain("import { mine as app } from '../src/mine.ts';");
    expect(read(folder, 'infra/main.ts')).toContain("import { mine as app } from '../src/mine.ts';");
    // The template's own queue is none of this app.
    expect(read(folder, 'infra/main.ts')).not.toContain('mail');
    expect(JSON.parse(read(folder, 'package.json')).celeriac).toEqual({ app: 'src/mine.ts' });
    expect(text).toContain('The app is src/mine.ts');
  });

  test('that has an app and a CDK app gets no second one, and is told what that needs', async () => {
    const mine = { 'src/mine.ts': MINE, 'cdk.json': '{ "app": "tsx bin/mine.ts" }', 'tsconfig.json': '{}' };
    const folder = project({ 'package.json': MANIFEST, ...mine });

    const { text } = await toInit({ ...PACKAGE, yes: true }, folder, never);

    expect(list(folder)).toEqual(['.gitignore', 'cdk.json', 'package.json', 'src/mine.ts', 'tsconfig.json']);
    expect(text).toContain('which needs a Broker of celeriac/infra in one of its stacks');
    expect(text).not.toContain('allowImportingTsExtensions');
  });

  test.each([{ yes: true }, { dryRun: true }])(
    'whose own files do not fit the new ones is told so (%o)',
    async (how) => {
      const mine = { 'cdk.json': '{ "app": "tsx bin/mine.ts" }', 'tsconfig.json': '{}', 'index.js': '' };
      const folder = project({ 'package.json': '{}', ...mine });

      const { text } = await toInit({ ...PACKAGE, ...how }, folder, never);

      expect(text).toContain(
        "cdk.json is your own: 'dev' and 'deploy' run the CDK app that it names, not infra",
      );
      expect(text).toContain('"allowImportingTsExtensions" and "noEmit"');
      expect(text).toContain('Celeriac is ESM only');
    },
  );

  test('is told to install with what wrote its lock file: a second one would stop the CDK', async () => {
    const locks = { npm: 'package-lock.json', pnpm: 'pnpm-lock.yaml', yarn: 'yarn.lock', bun: 'bun.lock' };
    const said = Object.values(locks).map(async (lock) => {
      const { text } = await toInit({ ...PACKAGE, yes: true }, project({ [lock]: '' }), never);
      return text.slice(text.indexOf('Next:')).match(/\w+ (install|run demo)/g);
    });

    const commands = await Promise.all(said);

    expect(commands).toEqual(Object.keys(locks).map((name) => [`${name} install`, `${name} run demo`]));
  });

  test('that asks for another celeriac keeps it, unless --package is given', async () => {
    const before = JSON.stringify({ type: 'module', devDependencies: { celeriac: '^0.0.1' } });
    const [kept, given] = [project({ 'package.json': before }), project({ 'package.json': before })];

    await toInit({ yes: true }, kept, never);
    const { text } = await toInit({ package: 'file:../celeriac.tgz', yes: true }, given, never);

    expect(JSON.parse(read(kept, 'package.json')).devDependencies).toMatchObject({ celeriac: '^0.0.1' });
    expect(JSON.parse(read(given, 'package.json'))).toMatchObject({
      dependencies: { zod: expect.any(String) },
      devDependencies: { celeriac: 'file:../celeriac.tgz', tsx: expect.any(String) },
    });
    expect(text).toContain('devDependencies.celeriac as file:../celeriac.tgz');
  });

  test('of CommonJS with sources keeps its type, and is told why that will not do', async () => {
    const folder = project({ 'package.json': '{ "type": "commonjs" }', 'index.js': 'exports.a = 1;\n' });

    const { text } = await toInit({ ...PACKAGE, yes: true }, folder, never);

    expect(JSON.parse(read(folder, 'package.json')).type).toBe('commonjs');
    expect(text).toContain('Celeriac is ESM only');
  });

  test('as npm init leaves it becomes a module, and gets a test that runs', async () => {
    const scripts = { test: 'echo "Error: no test specified" && exit 1' };
    const folder = project({ 'package.json': JSON.stringify({ type: 'commonjs', scripts }) });

    await toInit({ ...PACKAGE, yes: true }, folder, never);

    expect(JSON.parse(read(folder, 'package.json'))).toMatchObject({
      type: 'module',
      scripts: { test: 'node --import tsx --test test/*.test.ts' },
    });
  });
});

test('a name that cannot be an app is refused', async () => {
  const starting = toInit({ ...PACKAGE, name: 'my-shop' }, project({}), never);

  await expect(starting).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', value: 'my-shop' });
});

test('the versions are those that this package is tested with', () => {
  const { devDependencies } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );

  expect(devDependencies).toMatchObject({ ...DEPENDENCIES, ...DEV_DEPENDENCIES });
});

function project(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-init-'));
  made.push(folder);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

function read(folder: string, path: string): string {
  return readFileSync(join(folder, path), 'utf8');
}

function list(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}

function contents(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(list(folder).map((path) => [path, read(folder, path)]));
}
