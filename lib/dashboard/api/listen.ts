/** Serves the API and the page on this machine, for `celeriac dev`, `celeriac dashboard` and tests. */
import { serve } from '@hono/node-server';
import { CeleriacError } from '../../errors.ts';
import { toFailure } from './failure.ts';
import type { Api } from './server.ts';

export interface ListenOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
}

/** A server that listens, until it is closed. */
export interface Listening {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/**
 * Names of this machine. A page elsewhere whose own name is made to lead here (DNS rebinding) is of the same
 * origin for its browser, so the header against foreign posts does not stop it; the name that it asks for
 * does.
 */
const OWN_NAMES = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** @throws the system's error (EADDRINUSE) where the port is taken. */
export function listen(api: Api, { port, host = '127.0.0.1' }: ListenOptions): Promise<Listening> {
  const local = host === '127.0.0.1' || host === 'localhost' || host === '::1';
  return new Promise((resolve, reject) => {
    const server = serve(
      { fetch: (request) => (local ? guarded(api, request) : api(request)), port, hostname: host },
      (address) =>
        resolve({
          url: `http://${host}:${address.port}`,
          close: () =>
            new Promise((closed) => {
              server.close(() => closed());
              // A browser keeps connections open for a minute; a closed desk answers none of them.
              if ('closeAllConnections' in server) server.closeAllConnections();
            }),
        }),
    );
    server.once('error', reject);
  });
}

async function guarded(api: Api, request: Request): Promise<Response> {
  const host = new URL(request.url).host;
  if (OWN_NAMES.test(host)) return api(request);
  const { status, body } = toFailure(
    new CeleriacError('FORBIDDEN', `this desk answers on this machine's own names, not as '${host}'`, {
      value: host,
    }),
  );
  return Response.json(body, { status });
}
