/** What parts beside the models use of the emulator. */
import { randomUUID } from 'node:crypto';
import type { Clock } from './clock.ts';
import type { LoaderHost } from './cloudformation/loader.ts';
import type { UrlHost } from './function-urls.ts';
import { findService, type Services } from './models.ts';
import type { Caller } from './service.ts';

/** Secret and session token of all credentials that the emulator gives out. */
const ISSUED = 'emulator';

/** What function URLs use of the emulator: an invocation by one is a client's call. */
export function toUrlHost(
  { lambda }: Services,
  toCaller: (caller: Partial<Caller>) => Caller,
  clock: Clock,
  credentials: Readonly<Record<string, string>> = {},
): UrlHost {
  return {
    find: lambda.byUrl,
    invoke: async (input, place) =>
      lambda.call('Invoke', input, toCaller({ account: place.account, region: place.region })),
    now: () => clock.now(),
    requestId: randomUUID,
    // What STS and functions are given has this token; a key without it may be anybody's.
    secretOf: (key, token) => credentials[key] ?? (token === ISSUED ? ISSUED : undefined),
  };
}

/** What deployments use of the emulator. The models come later than their host, which makes one of them. */
export function toHost(
  models: () => Services,
  toCaller: (caller: Partial<Caller>) => Caller,
  endpoint: LoaderHost['endpoint'],
  clock: Clock,
): LoaderHost {
  return {
    // Straight on the models: what a deployment does is no client's call, and no fault plan's business.
    call: async (service, operation, input, caller) =>
      findService(models(), service).call(operation, input, toCaller(caller)),
    endpoint,
    stored: (bucket, key) => typeof models().s3.read(bucket, key) === 'object',
    parameter: (place, name) => models().ssm.value(place, name),
    now: () => clock.now(),
  };
}
