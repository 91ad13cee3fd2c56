/**
 * The package from the outside: what npm packs, in a project of its own, on plain Node. The project's
 * sources are type-checked and emitted by the TypeScript of this checkout against the package's
 * declarations, then run as JavaScript.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createProject, type Packed, pack, type Ran, run } from './packed.ts';
import { startProgram } from './program.ts';

const TSC = join(import.meta.dirname, '../../node_modules/.bin/tsc');
/** The dashboard's page is built for browsers. */
const PAGE = 'dist/lib/dashboard/page/';
const CDK_PEERS = ['aws-cdk-lib', 'constructs', 'esbuild'];

const SOURCES = {
  'package.json': JSON.stringify({ name: 'consumer', type: 'module' }),
  // It marks the root of the project for the bundler.
  'package-lock.json': '{}',
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'ES2022',
      module: 'NodeNext',
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      declaration: true,
      types: ['node'],
    },
  }),
  'app.ts': `
    import { defineApp, defineQueue, defineTask, exponential } from 'celeriac';

    export const prices = defineQueue('prices', { visibility: '1m' });
    export const price = defineTask('price', {
      queue: prices,
      retry: { attempts: 4, backoff: exponential('2s') },
      run: ({ sku }: { sku: string }, { attempt }) => {
        if (attempt < 2 && sku === 'tea') throw new Error('the shop is closed');
        return { sku, price: sku.length };
      },
    });
    export const shop = defineApp('shop', { tasks: [price] });
    // @ts-expect-error The declarations know the task's input.
    price({ sku: 3 });`,
  'worker.ts': `
    import { serve } from 'celeriac/aws';
    import { shop } from './app.js';
    export const handler = serve(shop);`,
  'simulated.ts': `
    import { simulate } from 'celeriac/testing';
    import { price, shop } from './app.js';
    const sim = simulate(shop);
    const result = await sim.send(price({ sku: 'tea' }));
    await sim.advance('1m');
    const value: { sku: string; price: number } = await result.get();
    console.log(JSON.stringify({ attempts: sim.attempts(price), value }));
    await sim.close();`,
  'stack.ts': `
    import { Broker } from 'celeriac/infra';
    import { App, Stack } from 'aws-cdk-lib/core';
    import { shop } from './app.js';
    const app = new App({ outdir: 'cdk.out' });
    const broker = new Broker(new Stack(app, 'Shop'), 'Broker', { app: shop, entry: 'worker.js' });
    broker.queue('prices').queueArn satisfies string;
    app.synth();`,
  'exported.ts': readFileSync(join(import.meta.dirname, 'exported-types.ts'), 'utf8').replaceAll(
    "'#lib",
    "'celeriac",
  ),
  'emulated.ts': `
    import { connect } from 'celeriac/aws';
    import { startEmulator } from 'celeriac/emulator';
    import { price, shop } from './app.js';
    const emulator = await startEmulator({ template: 'cdk.out' });
    const { url } = await emulator.listen();
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const client = connect(shop, { endpoint: url, region: 'us-east-1', credentials });
    const result = await client.send(price({ sku: 'coffee' }));
    console.log(JSON.stringify(await result.get({ timeout: '2m' })));
    await client.close();
    await emulator.close();`,
};

let packed: Packed;
let bare: string;
let whole: string;

beforeAll(async () => {
  packed = pack();
  bare = createProject(packed, { 'package.json': SOURCES['package.json'] });
  whole = createProject(packed, SOURCES, [...CDK_PEERS, '@types/node']);
});

describe('the package', () => {
  test('holds command, build, templates, README, guides and licence, and nothing else', () => {
    const files = /^(LICENSE|README\.md|package\.json|bin\/celeriac\.js|docs\/[^/]+|templates\/.+)$/;
    const built = /^dist\/(lib|infra)\/.+\.(js|d\.ts)$/;
    const isExpected = (path: string): boolean => files.test(path) || built.test(path);
    const page = ['LICENSE-preact.txt', 'icon.svg', 'index.html', 'page.css'].map((name) => PAGE + name);

    expect(packed.paths.filter((path) => !isExpected(path)).sort()).toEqual(page);
    expect(packed.paths).toEqual(
      expect.arrayContaining([
        'LICENSE',
        'README.md',
        'bin/celeriac.js',
        'dist/infra/index.d.ts',
        'dist/lib/emulator/lambda/thread.js',
        `${PAGE}page.js`,
        'dist/lib/index.js',
        'package.json',
        'templates/functions/app.ts',
        'templates/gitignore',
      ]),
    );
    // What synthesizes the example, reads the SDK's schemas or writes docs/ is no part of it.
    expect(
      packed.paths.filter((path) => /dist\/infra\/main|(generate|document)\.|dist.*\.test\./.test(path)),
    ).toEqual([]);
  });

  test('has every file that package.json names, for Node 20.19 and newer', () => {
    const { bin, engines, exports } = packed.manifest;
    const named = JSON.stringify([bin, exports]).match(/(?:dist|bin)\/[^"]+/g) ?? [];

    expect(named.length).toBe(13);
    expect(named.filter((path) => !packed.paths.includes(path))).toEqual([]);
    expect(engines).toEqual({ node: '>=20.19' });
  });

  test('has a declaration beside each module', () => {
    const modules = packed.paths.filter((path) => /^dist\/.*\.js$/.test(path) && !path.startsWith(PAGE));
    const without = modules.filter((path) => !packed.paths.includes(path.replace(/\.js$/, '.d.ts')));

    expect(modules.length).toBeGreaterThan(100);
    expect(without).toEqual([]);
  });

  test('has every page of docs/ that the README, the guides and its own messages name', () => {
    const texts = packed.paths.filter((path) => /\.(md|js)$/.test(path));
    const link = /(?:\]\(|\bdocs\/)([a-z.]+\.(?:md|json))\b/g;
    const named = texts.flatMap((path) => [...textOf(path).matchAll(link)]);
    const pages = [...new Set(named.map(([, page]) => `docs/${page}`))];

    expect(pages).toEqual(expect.arrayContaining(['docs/celery.md', 'docs/errors.md']));
    expect(pages.filter((page) => !packed.paths.includes(page))).toEqual([]);
  });

  test('points to no source map, since it brings no sources', () => {
    const modules = packed.paths.filter((path) => path.endsWith('.js'));
    const mapped = modules.filter((path) => textOf(path).includes('sourceMappingURL'));

    expect(mapped).toEqual([]);
  });

  test('is at most 1.5 MB to download, the desk and its API included', () => {
    expect(statSync(packed.file).size).toBeLessThan(1_500_000);
  });

  test('imports what it declares, and the optional peers in infra and in the command only', () => {
    const { dependencies, peerDependencies, peerDependenciesMeta } = packed.manifest;
    const imports = packed.paths
      .filter((path) => /^dist\/.*\.js$/.test(path))
      .flatMap((path) => packagesIn(textOf(path)).map((name) => ({ path, name })));

    const undeclared = imports.filter(({ path, name }) => {
      const peers = /^dist\/(infra|lib\/cli)\//.test(path) ? Object.keys(peerDependencies) : [];
      return !['celeriac', ...Object.keys(dependencies), ...peers].includes(name);
    });

    expect(imports.map(({ name }) => name)).toContain('@aws-sdk/client-sqs');
    expect(undeclared).toEqual([]);
    expect(Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional)).toEqual([]);
  });
});

describe('a project without the CDK', () => {
  test.each([
    ['celeriac', ['defineApp', 'defineTask', 'topology', 'RejectError']],
    ['celeriac/aws', ['connect', 'serve']],
    ['celeriac/emulator', ['createEmulator', 'startEmulator']],
    ['celeriac/testing', ['simulate', 'ALL_FAULTS']],
  ])('can import %s', async (name, wanted) => {
    const { stdout } = await run(process.execPath, ['-e', listExports(name)], bare);

    expect(stdout.trim().split(' ')).toEqual(expect.arrayContaining(wanted));
  });

  test.each(['celeriac', 'celeriac/aws', 'celeriac/testing'])('can require %s', async (name) => {
    const words = ['--input-type=commonjs', '-p', `Object.keys(require('${name}')).length`];
    const { stdout, stderr } = await run(process.execPath, words, bare);

    expect(Number(stdout), stderr).toBeGreaterThan(3);
  });

  test('is told which package celeriac/infra needs', async () => {
    const { code, stderr } = await run(process.execPath, ['-e', listExports('celeriac/infra')], bare);

    expect(code).toBe(1);
    expect(stderr).toMatch(/ERR_MODULE_NOT_FOUND/);
    expect(stderr).toMatch(/Cannot find package '(aws-cdk-lib|constructs)'/);
  });

  test('cannot reach what is not exported', async () => {
    const { code, stderr } = await run(
      process.execPath,
      ['-e', listExports('celeriac/dist/lib/errors.js')],
      bare,
    );

    expect(code).toBe(1);
    expect(stderr).toContain('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  test('has the command: npx celeriac emulator serves until it is ended', async () => {
    await using program = startProgram('npx', ['--no-install', 'celeriac', 'emulator', '--port', '0'], bare);

    const url = await program.listening();
    const health = await fetch(`${url}/_celeriac/health`);

    expect(await health.json()).toMatchObject({ status: 'ok', clock: 'real' });
  });
});

describe('a project with everything', () => {
  let compiled: Ran;

  beforeAll(async () => {
    compiled = await run(TSC, ['-p', '.'], whole);
  });

  test('that is strictly typed compiles, the declarations of celeriac included', () => {
    const complaints = compiled.stdout.split('\n').filter((line) => /\berror TS\d+/.test(line));
    // The CDK's own declarations are not made for exactOptionalPropertyTypes.
    const ours = complaints.filter((line) => !line.includes('node_modules/aws-cdk-lib/'));

    expect(ours).toEqual([]);
    expect(existsSync(join(whole, 'stack.js'))).toBe(true);
  });

  test('compiles under the rules of bundlers too', async () => {
    const options = ['--module', 'ESNext', '--moduleResolution', 'Bundler', '--types', 'node', '--noEmit'];

    const { code, stdout } = await run(
      TSC,
      ['--ignoreConfig', '--strict', ...options, 'simulated.ts'],
      whole,
    );

    expect(stdout).toBe('');
    expect(code).toBe(0);
  });

  test('simulates an app', async () => {
    const { stdout, stderr } = await run(process.execPath, ['simulated.js'], whole);

    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({
      attempts: ['00:00:00', '00:00:02'],
      value: { sku: 'tea', price: 3 },
    });
  });

  test('is synthesized, and its bundled worker runs in a thread of the emulator', async () => {
    const synthesized = await run(process.execPath, ['stack.js'], whole);
    const { code, stdout } = await run(process.execPath, ['emulated.js'], whole);

    expect(synthesized).toMatchObject({ code: 0 });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ sku: 'coffee', price: 6 });
  });
});

function textOf(path: string): string {
  return readFileSync(join(bare, 'node_modules/celeriac', path), 'utf8');
}

/** The packages that a module imports, by name. */
function packagesIn(text: string): string[] {
  const specifiers = [
    ...text.matchAll(/^(?:import|export) [^'"]*from '([^'.][^']*)'|\bimport\('([^'.$][^']*)'\)/gm),
  ];
  return specifiers
    .map((match) => match[1] ?? match[2] ?? '')
    .filter((name) => !name.startsWith('node:'))
    .map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}

function listExports(name: string): string {
  return `import('${name}').then((module) => console.log(Object.keys(module).join(' ')))`;
}
