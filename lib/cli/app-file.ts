/**
 * An app's file for a command that runs its code: TypeScript is bundled by the project's esbuild, with its
 * packages left outside, and JavaScript is taken as it is.
 */
import { createHash } from 'node:crypto';
import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CeleriacError } from '../errors.ts';

/**
 * Resolves to the URL of a module that Node can import.
 * @throws CeleriacError NO_APP when the file is not there, ESBUILD_MISSING; esbuild's own when it does not
 * compile.
 */
export async function toModule(file: string): Promise<string> {
  const path = resolve(file);
  if (!(await exists(path))) {
    const text = `there is no ${path}; give the file that exports the app`;
    throw new CeleriacError('NO_APP', text, { value: file });
  }
  if (!/^\.[cm]?tsx?$/.test(extname(path))) return pathToFileURL(path).href;
  const { build } = await import('esbuild').catch(() => {
    const text = `${file} is TypeScript: install esbuild, or give a file of JavaScript`;
    throw new CeleriacError('ESBUILD_MISSING', text, { value: file });
  });
  const { outputFiles } = await build({
    entryPoints: [path],
    write: false,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'silent',
  });
  return write(await cacheFolder(dirname(path)), outputFiles[0]?.contents ?? new Uint8Array());
}

/** The same text has the same name, so children that start later still find what the worker has loaded. */
async function write(folder: string, contents: Uint8Array): Promise<string> {
  const name = createHash('sha256').update(contents).digest('hex').slice(0, 32);
  const file = join(folder, `${name}.mjs`);
  if (!(await exists(file))) {
    await mkdir(folder, { recursive: true });
    const draft = join(folder, `${name}-${process.pid}`);
    await writeFile(draft, contents);
    await rename(draft, file);
  }
  return pathToFileURL(file).href;
}

/** Below the packages that the app's imports are resolved from. */
async function cacheFolder(from: string): Promise<string> {
  for (let folder = from; ; folder = dirname(folder)) {
    if (await exists(join(folder, 'node_modules'))) return join(folder, 'node_modules/.cache/celeriac-apps');
    if (folder === dirname(folder)) return join(from, '.celeriac');
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
