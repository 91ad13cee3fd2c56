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
 * @throws CeleriacError NO_APP when the file is not there, ESBUILD_MISSING; APP_NOT_LOADED when it does not
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
  const folder = await cacheFolder(dirname(path));
  const { outputFiles } = await build({
    // Stacks name the sources by their way from here.
    outfile: join(folder, 'app.mjs'),
    entryPoints: [path],
    write: false,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    sourcemap: 'inline',
    logLevel: 'silent',
  }).catch((cause: unknown) => {
    const text = `${file} does not compile: ${said(cause)}`;
    throw new CeleriacError('APP_NOT_LOADED', text, { value: file, cause });
  });
  return write(folder, outputFiles[0]?.contents ?? new Uint8Array());
}

/** A mistake of esbuild's list, as compilers say it. */
interface Mistake {
  readonly text: string;
  readonly location: { readonly file: string; readonly line: number; readonly column: number } | null;
}

function said(thrown: unknown): string {
  if (!(thrown instanceof Error) || !('errors' in thrown) || !Array.isArray(thrown.errors))
    return String(thrown);
  const mistakes: readonly Mistake[] = thrown.errors;
  return mistakes
    .map(({ text, location }) =>
      location === null ? text : `${location.file}:${location.line}:${location.column}: ${text}`,
    )
    .join('; ');
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
