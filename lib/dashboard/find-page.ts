/**
 * The page's files on this machine: built ones in a package, made from the sources in a checkout. Apart from
 * page-files.ts, since a function's bundle does not know where it lies.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type PageFiles, pageIn, toPage } from './page-files.ts';

/**
 * The page of this package or checkout. A checkout needs no build before: esbuild makes it when it is asked
 * for first.
 */
export function findPage(): PageFiles {
  const folder = fileURLToPath(new URL('page', import.meta.url));
  if (!existsSync(join(folder, 'main.tsx'))) return pageIn(folder);
  let built: Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> | undefined;
  return toPage(async (name) => {
    built ??= build();
    return (await built).get(name);
  });
}

async function build(): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  // Not a constant, so that no bundler takes the builder into what it makes.
  const builder = new URL('../../bin/page.js', import.meta.url).href;
  const { buildPage }: { buildPage: () => ReadonlyMap<string, Uint8Array<ArrayBuffer>> } = await import(
    builder
  );
  return buildPage();
}
