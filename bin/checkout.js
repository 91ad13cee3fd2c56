/**
 * Runs the command from a checkout's sources. They are bundled once into node_modules/.cache, since compiling
 * three hundred files at each start costs a second and the memory of a compiler. A bundle is known by the
 * contents of the sources that went into it, all of which are read at each start: a change is never missed,
 * not even one that keeps size and time of a file, and reading them takes some ten milliseconds.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const ENTRY = 'lib/cli/main.ts';
const CACHE = join(ROOT, 'node_modules/.cache/celeriac');
const INPUTS = join(CACHE, 'inputs.json');
/** A command that runs may still load a part of its bundle, so older ones stay for a while. */
const KEPT_MS = 24 * 60 * 60 * 1_000;

/** Loads the command; without esbuild, or where nothing can be written, by compiling as it goes. */
export async function loadCommand() {
  const bundle = findBundle() ?? (await makeBundle().catch(() => undefined));
  // Stacks name the lines of the sources, as under tsx.
  process.setSourceMapsEnabled(true);
  if (bundle !== undefined) return import(pathToFileURL(join(bundle, 'main.mjs')).href);
  // What is wrong with the sources is said by tsx too.
  (await import('tsx/esm/api')).register();
  return import(pathToFileURL(join(ROOT, ENTRY)).href);
}

/** The bundle of the sources as they are now, if there is one. */
function findBundle() {
  try {
    const inputs = JSON.parse(readFileSync(INPUTS, 'utf8'));
    const folder = join(CACHE, toKey(inputs.map((path) => [path, readFileSync(join(ROOT, path))])));
    return statSync(folder).isDirectory() ? folder : undefined;
  } catch {
    return undefined;
  }
}

/** Bundles what the command consists of, and returns its folder. */
async function makeBundle() {
  const { build } = await import('esbuild');
  const draft = join(CACHE, `draft-${process.pid}`);
  const sources = new Map();
  try {
    await build({
      absWorkingDir: ROOT,
      entryPoints: { main: ENTRY },
      bundle: true,
      // Commands and the services behind them are loaded when they are asked for, as in the sources.
      splitting: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'node20',
      outdir: draft,
      outExtension: { '.js': '.mjs' },
      sourcemap: true,
      sourcesContent: false,
      logLevel: 'silent',
      plugins: [{ name: 'sources', setup: (esbuild) => readInto(sources, esbuild) }],
    });
    const inputs = [...sources].sort(([left], [right]) => (left < right ? -1 : 1));
    const folder = join(CACHE, toKey(inputs));
    moveInto(draft, folder);
    writeFileSync(join(CACHE, `inputs-${process.pid}`), JSON.stringify(inputs.map(([path]) => path)));
    renameSync(join(CACHE, `inputs-${process.pid}`), INPUTS);
    removeOld(folder);
    return folder;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Notes each source as it is compiled: reading it again afterwards might find another text. */
function readInto(sources, esbuild) {
  esbuild.onLoad({ filter: /\.[jt]s$/, namespace: 'file' }, async ({ path }) => {
    const bytes = await readFile(path);
    sources.set(relative(ROOT, path).split(sep).join('/'), bytes);
    // Files beside a source, such as what runs in a thread, are still found beside it.
    const contents = bytes.toString().replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href));
    return { contents, loader: path.endsWith('.ts') ? 'ts' : 'js' };
  });
}

/** Another start may have made the same bundle meanwhile, and then that one is used. */
function moveInto(draft, folder) {
  try {
    renameSync(draft, folder);
  } catch (error) {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
  }
}

function removeOld(current) {
  for (const name of readdirSync(CACHE)) {
    const path = join(CACHE, name);
    if (path === current || path === INPUTS) continue;
    // What another start was about to rename is not there any more.
    const { mtimeMs = Date.now() } = statSync(path, { throwIfNoEntry: false }) ?? {};
    if (Date.now() - mtimeMs > KEPT_MS) rmSync(path, { recursive: true, force: true });
  }
}

/** Knows a bundle by its sources, by where they are (which is written into it), and by how it is made. */
function toKey(inputs) {
  const hash = createHash('sha256').update(ROOT);
  for (const maker of ['bin/checkout.js', 'tsconfig.json']) hash.update(readFileSync(join(ROOT, maker)));
  for (const [path, bytes] of inputs) hash.update(`\0${path}\0${bytes.length}\0`).update(bytes);
  return hash.digest('hex').slice(0, 32);
}
