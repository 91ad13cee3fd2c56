/** ClientTokens: a request that comes again under its token is answered again, and does nothing. */
import { createHash } from 'node:crypto';
import type { Output } from '../service.ts';
import { readToken } from './fields.ts';
import { CLIENT_TOKEN_MS } from './limits.ts';
import { conflict } from './refusal.ts';
import type { Call, Region } from './state.ts';

/** Carries out a request, unless its token says that it was carried out before. */
export function once(call: Call, operation: string, answer: () => Output, carryOut: () => Output): Output {
  const token = readToken(call.input);
  if (token === undefined) return carryOut();
  const region = call.state.at(call.caller);
  forgetOld(call, region);
  const key = `${operation} ${token}`;
  const request = digest(call.input);
  const known = region.tokens.get(key);
  if (known?.request === request) return answer();
  // A guess: the API names no other error for a request that contradicts an earlier one.
  if (known !== undefined)
    throw conflict(`The client token ${token} was used for a request with other parameters.`);
  const output = carryOut();
  region.tokens.set(key, { request, at: call.now });
  call.state.keeper?.token(region, key);
  return output;
}

function forgetOld({ now, state }: Call, region: Region): void {
  for (const [key, { at }] of region.tokens) {
    if (at > now - CLIENT_TOKEN_MS) return;
    region.tokens.delete(key);
    state.keeper?.token(region, key);
  }
}

/** What two equal requests have in common: an input holds up to 256 KB, which is not kept. */
function digest(input: Call['input']): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(input)))
    .digest('base64');
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([name, each]) => [name, sorted(each)]));
}
