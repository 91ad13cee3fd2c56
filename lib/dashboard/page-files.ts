/** The page's files, for the server to send: built ones in a package, made from the sources in a checkout. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PageFile } from './api/server.ts';

/** Answers a path of the address ('/' is the page itself); undefined for one that is no file of the page. */
export type Page = (path: string) => Promise<PageFile | undefined>;

/** Nothing else is sent, whatever lies in the folder. */
const FILES: Readonly<Record<string, readonly [name: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
};

/**
 * The page of this package or checkout. A checkout needs no build before: esbuild makes it when it is asked
 * for first.
 */
export function findPage(): Page {
  const folder = fileURLToPath(new URL('page', import.meta.url));
  if (!existsSync(join(folder, 'main.tsx'))) return pageIn(folder);
  let built: Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> | undefined;
  return toPage(async (name) => {
    built ??= build();
    return (await built).get(name);
  });
}

/** A page that was built into a folder, such as one that is deployed with a function. */
export function pageIn(folder: string): Page {
  return toPage(async (name) => new Uint8Array(await readFile(join(folder, name))));
}

function toPage(read: (name: string) => Promise<Uint8Array<ArrayBuffer> | undefined>): Page {
  return async (path) => {
    const [name, type = ''] = FILES[path] ?? [];
    const body = name === undefined ? undefined : await read(name);
    return body === undefined ? undefined : { body, type };
  };
}

async function build(): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  // Not a constant, so that no bundler takes the builder into what it makes.
  const builder = new URL('../../bin/page.js', import.meta.url).href;
  const { buildPage }: { buildPage: () => ReadonlyMap<string, Uint8Array<ArrayBuffer>> } = await import(
    builder
  );
  return buildPage();
}
