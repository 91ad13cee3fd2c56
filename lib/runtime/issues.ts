/** The complaints of a Standard Schema as one line of text. */
import type { StandardSchemaV1 as Schema } from '@standard-schema/spec';

const ISSUES_SHOWN = 5;

/** 'total: expected number; items.0.sku: required', at most five and a count of the rest. */
export function issuesText(issues: readonly Schema.Issue[]): string {
  const shown = issues.slice(0, ISSUES_SHOWN).map((issue) => {
    const path = (issue.path ?? [])
      .map((part) => String(typeof part === 'object' ? part.key : part))
      .join('.');
    return path === '' ? issue.message : `${path}: ${issue.message}`;
  });
  const rest = issues.length - shown.length;
  return rest > 0 ? `${shown.join('; ')}; and ${rest} more` : shown.join('; ');
}
