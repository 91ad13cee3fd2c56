/**
 * No file of the library, of infra and of the example needs itself by way of others: each can be read, and
 * loaded, before what uses it. Types are gone when the code runs, and may know each other.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

test('no file needs itself by way of others, whatever their types know of each other', async () => {
  const cycles = await cyclesIn(ROOT, ['lib', 'infra', 'functions'].flatMap(sourcesIn));

  expect(cycles).toEqual([]);
});

test('files that need each other are found, at once or later, and those by types alone are not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-cycles-'));
  const files = {
    'a.ts': "import { b } from './b.ts';\nexport const a = () => b;",
    'b.ts': "export { c as b } from './c.ts';",
    'c.ts': "export const c = () => import('./a.ts');",
    'd.ts': "import type { E } from './e.ts';\nexport const d: E = 1;",
    'e.ts': "import { d } from './d.ts';\nexport type E = number;\nexport const e = d;",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);

  const cycles = await cyclesIn(folder, Object.keys(files));

  rmSync(folder, { recursive: true });
  expect(cycles).toEqual(['a.ts → b.ts → c.ts → a.ts']);
});

function sourcesIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => join(folder, file).split(sep).join('/'));
}

/** One cycle of each knot of files, as it would be followed from the first of them. */
async function cyclesIn(root: string, files: readonly string[]): Promise<readonly string[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    stdin: { contents: files.map((file) => `import './${file}';`).join('\n'), resolveDir: root },
    bundle: true,
    format: 'esm',
    packages: 'external',
    platform: 'node',
    write: false,
    metafile: true,
    logLevel: 'error',
  });
  const needs = new Map(
    Object.entries(metafile.inputs).map(([file, { imports }]) => [
      file,
      imports.flatMap(({ path, external }) => (external === true ? [] : [path])),
    ]),
  );
  const seen = new Set<string>();
  return files.toSorted().flatMap((file) => {
    const cycle = seen.has(file) ? undefined : wayBack(needs, file);
    for (const one of cycle ?? []) seen.add(one);
    return cycle === undefined ? [] : [[...cycle, file].join(' → ')];
  });
}

/** The shortest way from a file to itself, without its end. */
function wayBack(needs: ReadonlyMap<string, readonly string[]>, from: string): readonly string[] | undefined {
  const ways = new Map<string, readonly string[]>([[from, [from]]]);
  // A map that grows while it is walked: the nearest come first.
  for (const [file, way] of ways) {
    for (const next of needs.get(file) ?? []) {
      if (next === from) return way;
      if (!ways.has(next)) ways.set(next, [...way, next]);
    }
  }
  return undefined;
}
