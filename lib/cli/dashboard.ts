/**
 * `celeriac dashboard`: a deployed dashboard that asks for signatures, in a browser, which cannot sign. What
 * comes to a port of this machine is signed with the credentials of this machine and sent on.
 */

import { createSignedFetch } from '../aws/signer.ts';
import { listen } from '../dashboard/index.ts';
import { invalid } from './failure.ts';
import { parsePort } from './port.ts';

export interface DashboardCommandOptions {
  readonly url: string;
  readonly port: string;
  readonly region?: string;
}

/** Runs until SIGINT or SIGTERM. */
export async function dashboard({ url, port, region }: DashboardCommandOptions): Promise<void> {
  const interrupted = new Promise<void>((done) => {
    process.once('SIGINT', done);
    process.once('SIGTERM', done);
  });
  if (!/^https?:\/\/[^/]+\/?/.test(url)) throw invalid('--url', url, "the stack's output Url");
  const send = createSignedFetch(url, region === undefined ? {} : { region });
  const server = await listen(async (request) => toLocal(await send(request)), { port: parsePort(port) });
  process.stdout.write(`listening ${server.url}\n`);
  await interrupted;
  await server.close();
}

/** A body comes out of fetch unpacked, so what said how it was packed does not hold any more. */
function toLocal(response: Response): Response {
  const headers = new Headers(response.headers);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) headers.delete(name);
  return new Response(response.body, { status: response.status, headers });
}
