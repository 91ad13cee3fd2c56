/**
 * The emulator's own pages under `/_celeriac/`: what it did and does, and the few things that no AWS API can
 * ask of it.
 */
import type { Clock, VirtualClock } from './clock.ts';
import type { Faults } from './faults/faults.ts';
import { FaultPlanError } from './faults/plan.ts';
import type { Lambda } from './lambda/lambda.ts';
import type { CallSource, Counters, Trace, TraceFilter } from './trace.ts';
import { jsonResponse, type WireRequest, type WireResponse } from './wire/router.ts';

export interface AdminOptions {
  readonly clock: Clock;
  /** Set when time is virtual. */
  readonly virtual?: VirtualClock;
  readonly lambda: Lambda;
  readonly faults: Pick<Faults, 'set' | 'clear' | 'read'>;
  readonly trace: Trace;
  readonly counters: Counters;
  readonly services: readonly string[];
}

type Page = (
  query: URLSearchParams,
  options: AdminOptions,
  body: Uint8Array,
) => WireResponse | Promise<WireResponse>;

const PAGES: Readonly<Record<string, Readonly<Partial<Record<'GET' | 'POST' | 'DELETE', Page>>>>> = {
  '/_celeriac/health': { GET: health },
  '/_celeriac/trace': { GET: trace },
  '/_celeriac/calls': { GET: calls },
  '/_celeriac/functions': { GET: functions },
  '/_celeriac/kill': { POST: kill },
  '/_celeriac/advance': { POST: advance },
  '/_celeriac/faults': { GET: faults, POST: setFaults, DELETE: clearFaults },
};

/** Makes the handler of these pages; undefined means that there is no such page. */
export function createAdmin(
  options: AdminOptions,
): (request: WireRequest) => Promise<WireResponse | undefined> {
  return async (request) => {
    const [path = '', query = ''] = request.url.split('?');
    const found = Object.hasOwn(PAGES, path) ? PAGES[path] : undefined;
    if (found === undefined) return undefined;
    const page = Object.entries(found).find(([method]) => method === request.method)?.[1];
    if (page === undefined) return refuse(405, `${path} takes ${Object.keys(found).join(', ')}`);
    return page(new URLSearchParams(query), options, request.body);
  };
}

function health(_query: URLSearchParams, { clock, virtual, services }: AdminOptions): WireResponse {
  const now = new Date(clock.now()).toISOString();
  return jsonResponse(200, {
    status: 'ok',
    services,
    now,
    clock: virtual === undefined ? 'real' : 'virtual',
  });
}

function trace(query: URLSearchParams, options: AdminOptions): WireResponse {
  const numbers = ['after', 'since', 'limit'].map((name) => [name, toNumber(query.get(name))] as const);
  const wrong = numbers.find(([, value]) => Number.isNaN(value));
  if (wrong !== undefined) return refuse(400, `${wrong[0]} must be a number`);
  const texts = ['service', 'operation', 'target', 'account', 'region'].map(
    (name) => [name, query.get(name) ?? undefined] as const,
  );
  const given = [...numbers, ...texts].filter(([, value]) => value !== undefined);
  const filter: TraceFilter = Object.fromEntries(given);
  return jsonResponse(200, { entries: options.trace.entries(filter), dropped: options.trace.dropped });
}

function calls(query: URLSearchParams, { counters }: AdminOptions): WireResponse {
  const source = query.get('source') ?? 'client';
  if (!isSource(source)) return refuse(400, "source is 'client', 'lambda' or 'delivery'");
  return jsonResponse(200, { calls: counters.read(source) });
}

function functions(_query: URLSearchParams, { lambda }: AdminOptions): WireResponse {
  const stats = lambda.stats();
  const shown = lambda.functions().map(({ variables: _secret, ...one }) => ({ ...one, ...stats[one.arn] }));
  return jsonResponse(200, { functions: shown });
}

function kill(query: URLSearchParams, { lambda }: AdminOptions): WireResponse {
  const name = query.get('function');
  const known = lambda.functions();
  if (name === null || !known.some((one) => one.name === name || one.arn === name)) {
    const names = known.map((one) => one.name).join(', ');
    return refuse(404, `there is no function '${name ?? ''}'; there are: ${names === '' ? 'none' : names}`);
  }
  return jsonResponse(200, { function: name, killed: lambda.kill(name) });
}

async function advance(query: URLSearchParams, { virtual }: AdminOptions): Promise<WireResponse> {
  if (virtual === undefined)
    return refuse(409, "the clock is the machine's own; only a virtual one can be moved");
  const ms = toNumber(query.get('ms'));
  if (ms === undefined || Number.isNaN(ms) || ms < 0)
    return refuse(400, 'ms must be a number of milliseconds');
  await virtual.advance(ms);
  return jsonResponse(200, { now: new Date(virtual.now()).toISOString() });
}

function faults(_query: URLSearchParams, options: AdminOptions): WireResponse {
  return jsonResponse(200, options.faults.read() ?? { faults: [] });
}

function setFaults(_query: URLSearchParams, options: AdminOptions, body: Uint8Array): WireResponse {
  try {
    options.faults.set(JSON.parse(Buffer.from(body).toString()));
  } catch (error) {
    if (error instanceof SyntaxError) return refuse(400, `the plan is no JSON: ${error.message}`);
    if (error instanceof FaultPlanError) return refuse(400, error.message);
    throw error;
  }
  return faults(new URLSearchParams(), options);
}

function clearFaults(_query: URLSearchParams, options: AdminOptions): WireResponse {
  options.faults.clear();
  return jsonResponse(200, { faults: [] });
}

function toNumber(text: string | null): number | undefined {
  if (text === null) return undefined;
  return text.trim() === '' ? Number.NaN : Number(text);
}

function isSource(text: string): text is CallSource {
  return text === 'client' || text === 'lambda' || text === 'delivery';
}

function refuse(status: number, message: string): WireResponse {
  return jsonResponse(status, { error: message });
}
