/** The page's files, for the server to send. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PageFile } from './api/server.ts';

/** Answers a path of the address ('/' is the page itself); undefined for one that is no file of the page. */
export type PageFiles = (path: string) => Promise<PageFile | undefined>;

/** Nothing else is sent, whatever lies in the folder. */
const FILES: Readonly<Record<string, readonly [name: string, type: string]>> = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
};

/** A page that was built into a folder, such as one that is deployed with a function. */
export function pageIn(folder: string): PageFiles {
  return toPage(async (name) => {
    try {
      return new Uint8Array(await readFile(join(folder, name)));
    } catch (error) {
      // Without its page a desk still answers as an API.
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    }
  });
}

/** Sends what `read` has, by name, of the files of a page. */
export function toPage(read: (name: string) => Promise<Uint8Array<ArrayBuffer> | undefined>): PageFiles {
  return async (path) => {
    const [name, type = ''] = FILES[path] ?? [];
    const body = name === undefined ? undefined : await read(name);
    return body === undefined ? undefined : { body, type };
  };
}
