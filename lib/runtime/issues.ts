/** The complaints of a Standard Schema as one line of text. */
import type { StandardSchemaV1 as Schema } from '@standard-schema/spec';

const ISSUES_SHOWN = 5;

/** 'total: expected number; items.0.sku: required', at most five and a count of the rest. */
export function issuesText(issues: readonly Schema.Issue[]): string {
  const shown = issues.slice(0, ISSUES_SHOWN).map((issue) => {
    const path = (issue.path ?? [])
      .map((part) => String(typeof part === 'object' ? part.key : part))
      .join('.');
    const message = SAYS_NOTHING.test(issue.message) ? describe(issue) : issue.message;
    return path === '' ? message : `${path}: ${message}`;
  });
  const rest = issues.length - shown.length;
  return rest > 0 ? `${shown.join('; ')}; and ${rest} more` : shown.join('; ');
}

/** All that a schema of zod/mini says, which comes without texts unless a locale is configured. */
const SAYS_NOTHING = /^(invalid( input| value)?)?$/i;

/** What libraries add to an issue; the standard knows only its message and path. */
interface MaybeMore extends Schema.Issue {
  readonly code?: unknown;
  readonly expected?: unknown;
  readonly values?: unknown;
  readonly keys?: unknown;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
}

function describe(issue: MaybeMore): string {
  const { code, expected, values, keys, minimum, maximum } = issue;
  const message = issue.message || 'Invalid input';
  if (typeof expected === 'string') return `${message}: expected ${expected}`;
  if (Array.isArray(values)) return `${message}: expected ${toList(values, ' or ')}`;
  if (typeof code !== 'string') return message;
  const bounds = [
    ...(minimum === undefined ? [] : [`at least ${String(minimum)}`]),
    ...(maximum === undefined ? [] : [`at most ${String(maximum)}`]),
    ...(Array.isArray(keys) ? [toList(keys, ', ')] : []),
  ];
  return `${message}: ${[code.replaceAll('_', ' '), ...bounds].join(', ')}`;
}

function toList(values: readonly unknown[], between: string): string {
  return values.map((value) => (typeof value === 'string' ? `'${value}'` : String(value))).join(between);
}
