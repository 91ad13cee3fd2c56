/**
 * Builds the dashboard's page: `node bin/page.js FOLDER` writes it there, for the package; a checkout that
 * serves the page builds it in memory, which takes a tenth of a second. esbuild and no other bundler, because
 * a checkout has it at hand for the worker's bundles, and a start must not wait for a heavier one.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const SOURCES = fileURLToPath(new URL('../lib/dashboard/page', import.meta.url));
// Preact is in the page, and its licence wants to be where it is.
const PREACT_LICENSE = '../../../node_modules/preact/LICENSE';
const AS_THEY_ARE = ['index.html', 'icon.svg'];

/** The page's files by name. */
export function buildPage() {
  const { outputFiles } = buildSync({
    absWorkingDir: SOURCES,
    entryPoints: [
      { in: 'main.tsx', out: 'page' },
      { in: 'styles/page.css', out: 'page' },
    ],
    outdir: 'built',
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'none',
  });
  return new Map([
    ['LICENSE-preact.txt', new Uint8Array(readFileSync(join(SOURCES, PREACT_LICENSE)))],
    ...AS_THEY_ARE.map((name) => [name, new Uint8Array(readFileSync(join(SOURCES, name)))]),
    ...outputFiles.map(({ path, contents }) => [basename(path), contents]),
  ]);
}

if (process.argv[1] === import.meta.filename) {
  const [, , folder = ''] = process.argv;
  mkdirSync(folder, { recursive: true });
  for (const [name, bytes] of buildPage()) writeFileSync(join(folder, name), bytes);
}
