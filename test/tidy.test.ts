/**
 * The shape of the source, as CONTRIBUTING.md describes it: who may import whom, sizes, names, and where
 * clock and chance may be read. Each rule is shown to fail on a sample, so that none of them is asleep. Rules
 * of single lines (any, enum, !, default exports, function length) are Biome's; the last test shows that they
 * are on.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';
import { expect, test } from 'vitest';

interface Source {
  readonly path: string;
  readonly text: string;
}

const ROOT = join(import.meta.dirname, '..');
const SOURCES = ['lib', 'functions', 'infra', 'templates', 'test', 'bin'].flatMap((folder) =>
  read(join(ROOT, folder)),
);

/** What each folder may import of ours, besides itself; everything but the emulator may import lib/errors. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  // The catalogue as a type; a test of it holds that no more of it is loaded.
  'lib/errors.ts': ['lib/codes'],
  'lib/codes': ['lib/core'],
  'lib/index.ts': ['lib/define', 'lib/core'],
  'lib/core': [],
  'lib/define': ['lib/core'],
  'lib/runtime': ['lib/define', 'lib/core'],
  'lib/aws': ['lib/runtime', 'lib/define', 'lib/core'],
  'lib/emulator': [],
  'lib/testing': ['lib/aws', 'lib/runtime', 'lib/define', 'lib/core', 'lib/emulator'],
  'lib/dashboard': ['lib/runtime/ports.ts', 'lib/runtime/desk-ports.ts', 'lib/define', 'lib/core'],
  // These join the desk with AWS.
  'lib/dashboard/open-desk.ts': ['lib/dashboard', 'lib/aws', 'lib/define', 'lib/core'],
  'lib/dashboard/serve.ts': ['lib/dashboard', 'lib/aws', 'lib/define', 'lib/core'],
  'lib/cli': ['lib'],
  infra: ['lib/define', 'lib/core'],
  'infra/main.ts': ['infra', 'functions', 'lib/define', 'lib/core'],
  functions: ['lib/index.ts', 'lib/aws', 'lib/dashboard'],
  // Not a Lambda entry point: it synthesizes the example and runs it on the emulator, as `celeriac dev` does.
  'functions/demo.ts': ['functions', 'lib/index.ts', 'lib/aws', 'lib/emulator', 'lib/cli'],
};

/** Files with a reason to stand outside a rule. */
const EXCEPT: Readonly<Record<string, readonly string[]>> = {
  // Runs at development time only: it reads the SDK's schemas and writes lib/emulator/wire/generated.
  // What only the desk calls stands apart: no worker and no client loads it.
  sdk: ['lib/aws/sdk.ts', 'lib/aws/desk-sdk.ts', 'lib/emulator/wire/generate.ts'],
};

const LINES_MAX = 300;
const COLUMNS_MAX = 110;

const rules: Readonly<Record<string, (source: Source) => readonly string[]>> = {
  'a folder imports only what stands in its row': (source) =>
    imports(source).flatMap((imported) => {
      const row = rowOf(source.path);
      const target = resolve(source.path, imported);
      if (row === undefined || target === undefined || target.startsWith(row.name)) return [];
      if (target === 'lib/errors.ts' && !source.path.startsWith('lib/emulator/')) return [];
      return row.allowed.some((allowed) => target === allowed || target.startsWith(`${allowed}/`))
        ? []
        : [`imports ${target}`];
    }),
  'only lib/aws/sdk.ts imports the AWS SDK at run time': (source) =>
    source.path.startsWith('lib/') &&
    !EXCEPT.sdk?.includes(source.path) &&
    /^import (?!type ).*'@aws-sdk\//m.test(flat(source.text))
      ? ['imports @aws-sdk']
      : [],
  'a file has at most 300 lines': (source) => {
    const lines = source.text.split('\n').length - 1;
    return isCode(source) && lines > LINES_MAX ? [`has ${lines} lines`] : [];
  },
  'a line has at most 110 columns': (source) =>
    source.text
      .split('\n')
      .flatMap((line, index) =>
        isCode(source) && line.length > COLUMNS_MAX ? [`line ${index + 1} has ${line.length} columns`] : [],
      ),
  'a file is called by a noun of its subject': (source) =>
    /(^|\/)(utils?|helpers?|common|misc|types)\.[tj]s$/.test(source.path)
      ? ['has a name that says nothing']
      : [],
  'core and define have no clock, chance, environment or input': (source) =>
    /^lib\/(core|define)\//.test(source.path)
      ? found(
          source,
          /\bDate\.now\b|\bnew Date\(\)|\bperformance\.|\bMath\.random\b|\bprocess\.|\bsetTimeout\b|\bsetInterval\b|\bsetImmediate\b|'node:(fs|net|http|os|timers)[/']|\bfetch\(/g,
        )
      : [],
  'the emulator takes its time from its clock': (source) =>
    /^lib\/emulator\//.test(source.path) &&
    !/(-clock|\/runs)\.ts$|lambda\/(thread\.js|threads\.ts)$|wire\/generate/.test(source.path)
      ? // How long a connection may be silent is the network's business.
        found(source, /\bDate\.now\b|\bnew Date\(\)|(?<!\b[sS]ocket\.)\bsetTimeout\(|\bsetInterval\(/g)
      : [],
  'an `as` says why it is true': (source) =>
    /^(lib|infra|functions)\//.test(source.path) ? casts(source) : [],
  'nothing is left for later': (source) =>
    found(source, new RegExp(`\\b(${'TO'}DO|${'FIX'}ME|${'XX'}X)\\b`, 'g')),
  'a test does not sleep': (source) =>
    source.path.endsWith('.test.ts') &&
    !/^test\/(whole|outside|examples|emulator\/lambda\/threads)/.test(source.path)
      ? found(source, /await new Promise\(\(resolve\) => setTimeout\(resolve|timers\/promises/g)
      : [],
};

/** A sample that each rule must find. */
const CONTROLS: Readonly<Record<string, Source>> = {
  'a folder imports only what stands in its row': {
    path: 'lib/core/a.ts',
    text: "import { b } from '../runtime/b.ts';",
  },
  'only lib/aws/sdk.ts imports the AWS SDK at run time': {
    path: 'lib/aws/a.ts',
    text: "import {\n  SQSClient,\n} from '@aws-sdk/client-sqs';",
  },
  'a file has at most 300 lines': { path: 'lib/core/a.ts', text: '\n'.repeat(301) },
  'a line has at most 110 columns': {
    path: 'lib/core/a.ts',
    text: 'a'.repeat(111),
  },
  'a file is called by a noun of its subject': { path: 'lib/core/utils.ts', text: '' },
  'core and define have no clock, chance, environment or input': {
    path: 'lib/core/a.ts',
    text: 'const now = Date.now();',
  },
  'the emulator takes its time from its clock': {
    path: 'lib/emulator/sqs/a.ts',
    text: 'setTimeout(() => {}, 1);',
  },
  'an `as` says why it is true': { path: 'lib/core/a.ts', text: 'const a = 1;\nconst b = a as unknown;' },
  'nothing is left for later': { path: 'lib/core/a.ts', text: `// ${'TO'}DO: later.` },
  'a test does not sleep': {
    path: 'test/a.test.ts',
    text: 'await new Promise((resolve) => setTimeout(resolve, 100));',
  },
};

test.each(Object.entries(rules))('%s', (name, rule) => {
  const complaints = SOURCES.flatMap((source) =>
    rule(source).map((complaint) => `${source.path}: ${complaint}`),
  );
  const control = CONTROLS[name];

  expect(control && rule(control)).not.toEqual([]);
  expect(complaints).toEqual([]);
});

test(
  'the linter refuses any, !, enum, namespace, default exports and functions of more than 60 ' + 'lines',
  () => {
    const sample = [
      'enum E { A }',
      'namespace N { export const a = 1; }',
      'export function f(a?: any) { return a!.b; }',
      'export * from "./x.ts";',
      `export function long() {\n${'  f();\n'.repeat(61)}}`,
      'export default f;',
    ].join('\n');

    const folder = mkdtempSync(join(tmpdir(), 'celeriac-tidy-'));
    const file = join(folder, 'sample.ts');
    writeFileSync(file, sample);
    const args = ['biome', 'lint', `--config-path=${ROOT}`, '--vcs-enabled=false', '--reporter=json', file];
    const ran = spawnSync('npx', args, { cwd: ROOT, encoding: 'utf8' });
    rmSync(folder, { recursive: true });

    const said = ran.stdout;
    const wanted = [
      'noEnum',
      'noNamespace',
      'noExplicitAny',
      'noNonNullAssertion',
      'noReExportAll',
      'noExcessiveLines',
      'noDefaultExport',
    ];
    expect(wanted.filter((rule) => !said.includes(rule))).toEqual([]);
  },
);

function read(folder: string): Source[] {
  try {
    return readdirSync(folder, { withFileTypes: true, encoding: 'utf8' }).flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory())
        return ['generated', 'vectors', 'golden', 'cdk.out'].includes(entry.name) ? [] : read(path);
      if (!/\.(ts|tsx|js)$/.test(entry.name) || path === import.meta.filename) return [];
      return [{ path: relative(ROOT, path).split(sep).join('/'), text: readFileSync(path, 'utf8') }];
    });
  } catch (error) {
    // A folder that a later part brings is not there yet.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

function rowOf(path: string): { readonly name: string; readonly allowed: readonly string[] } | undefined {
  const names = Object.keys(ALLOWED).sort((a, b) => b.length - a.length);
  const name = names.find((candidate) => path === candidate || path.startsWith(`${candidate}/`));
  return name === undefined ? undefined : { name, allowed: ALLOWED[name] ?? [] };
}

function imports(source: Source): string[] {
  const text = flat(source.text);
  return [...text.matchAll(/(?:\bfrom |\bimport\(|^import )'([^']+)'/gm)].flatMap((match) => match[1] ?? []);
}

/** A specifier as a path from the root; undefined for packages. */
function resolve(from: string, specifier: string): string | undefined {
  if (specifier === '#infra') return 'infra/index.ts';
  if (specifier === '#lib') return 'lib/index.ts';
  if (specifier.startsWith('#lib/')) return `lib/${specifier.slice(5)}/index.ts`;
  return specifier.startsWith('.') ? join(dirname(from), specifier).split(sep).join('/') : undefined;
}

/** Imports over several lines, on one. */
function flat(text: string): string {
  return text.replace(/^(import|export) (type )?\{[^}]*\}/gm, (clause) => clause.replaceAll('\n', ' '));
}

function isCode(source: Source): boolean {
  return /\.(ts|tsx)$/.test(source.path);
}

function found(source: Source, pattern: RegExp): string[] {
  const code = source.text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, (comment) =>
    comment.replace(/[^\n]/g, ' '),
  );
  const text = pattern.source.includes('DO|') ? source.text : code;
  return [...text.matchAll(pattern)].map((match) => `has ${match[0]}`);
}

/** Casts without a comment on their own line or on one of the three lines above. */
function casts(source: Source): string[] {
  const lines = source.text.split('\n');
  return lines.flatMap((line, index) => {
    const code = line.replace(/'[^']*'|`[^`]*`|\/\/.*$|^\s*\*.*$|\/\*.*\*\//g, '');
    if (
      !/[\w)\]}] as (?!const\b)[\w{([]/.test(code) ||
      /^\s*(import|export|\w+ as \w+,?$)/.test(line) ||
      /^\s*(type )?\w+ as \w+,/.test(line)
    )
      return [];
    if (/\bin keyof\b/.test(code)) return [];
    const around = lines.slice(Math.max(0, index - 3), index + 1);
    return around.some((near) => /\/\/|^\s*\*|\*\//.test(near))
      ? []
      : [`line ${index + 1} casts without saying why`];
  });
}
