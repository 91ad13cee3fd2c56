/** Pages of a sorted list of names, as ListQueues and ListDeadLetterSourceQueues give them. */
import type { Input } from '../service.ts';
import { integer, text } from './fields.ts';
import { LIST_RESULTS_MAX } from './limits.ts';
import { invalid } from './refusal.ts';

export interface Page {
  readonly items: readonly string[];
  readonly token: { readonly NextToken?: string };
}

/** Cuts the page that MaxResults and NextToken ask for; without MaxResults there is no token, as on AWS. */
export function toPage(sorted: readonly string[], input: Input): Page {
  const max = integer(input, 'MaxResults');
  if (max !== undefined && (max < 1 || max > LIST_RESULTS_MAX)) {
    const rule = `MaxResults must be an integer between 1 and ${LIST_RESULTS_MAX}.`;
    throw invalid(`Value for parameter MaxResults is invalid. Reason: ${rule}`);
  }
  const after = fromToken(text(input, 'NextToken'));
  const rest = after === undefined ? sorted : sorted.filter((item) => item > after);
  const items = rest.slice(0, max ?? LIST_RESULTS_MAX);
  const last = items.at(-1);
  if (max === undefined || last === undefined || items.length === rest.length) return { items, token: {} };
  return { items, token: { NextToken: Buffer.from(`after:${last}`).toString('base64') } };
}

function fromToken(token: string | undefined): string | undefined {
  if (token === undefined) return undefined;
  const decoded = Buffer.from(token, 'base64').toString();
  if (!decoded.startsWith('after:')) throw invalid('Invalid or expired next token.');
  return decoded.slice('after:'.length);
}
