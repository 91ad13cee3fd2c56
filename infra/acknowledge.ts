/**
 * Findings of cdk-nag that do not hold for Celeriac, each acknowledged at the construct it is about, with
 * its reason.
 */
import { Stack, Token, Validations } from 'aws-cdk-lib/core';
import type { IConstruct } from 'constructs';

/**
 * Records why a rule does not hold at a construct and everything below it.
 * @param owner of the resources whose ARNs stand in the rules, where its stack is another one.
 */
export function acknowledge(
  scope: IConstruct,
  reasons: Readonly<Record<string, string>>,
  owner: IConstruct = scope,
): void {
  const known = Object.entries(reasons).flatMap(([id, reason]) =>
    [...new Set([id, spelledOut(id, Stack.of(owner))])].map((each) => ({ id: each, reason })),
  );
  Validations.of(scope).acknowledge(...known);
}

/** A finding names an ARN as the template has it: with the account and Region of a stack that has its own. */
function spelledOut(id: string, { partition, region, account }: Stack): string {
  const values = { Partition: partition, Region: region, AccountId: account };
  return Object.entries(values).reduce(
    (text, [name, value]) => (Token.isUnresolved(value) ? text : text.replaceAll(`<AWS::${name}>`, value)),
    id,
  );
}
