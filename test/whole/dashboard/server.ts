/** The page and a desk over HTTP, on a port of this machine. */
import { listen } from '../../../lib/dashboard/api/listen.ts';
import { createApi } from '../../../lib/dashboard/api/server.ts';
import type { Desk } from '../../../lib/dashboard/desk.ts';
import { findPage } from '../../../lib/dashboard/find-page.ts';

export interface Served extends AsyncDisposable {
  readonly url: string;
}

// Built once for all tests.
const page = findPage();

export async function serveDesk(desk: Desk): Promise<Served> {
  const { url, close } = await listen(createApi(desk, { page, onFailure: console.error }), { port: 0 });
  return { url, [Symbol.asyncDispose]: close };
}
