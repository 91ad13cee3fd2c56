/**
 * Findings of cdk-nag that do not hold for Celeriac, each acknowledged at the construct it is about, with
 * its reason.
 */
import { Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/** Records why a rule does not hold at a construct and everything below it. */
export function acknowledge(scope: IConstruct, reasons: Readonly<Record<string, string>>): void {
  Validations.of(scope).acknowledge(...Object.entries(reasons).map(([id, reason]) => ({ id, reason })));
}
