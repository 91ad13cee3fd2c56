/** How the resources of an app are named in the policies of whoever is granted something. */
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { type ArnComponents, Stack } from 'aws-cdk-lib/core';
import { Construct, type IConstruct } from 'constructs';

/**
 * The ARN of a resource whose name is fixed: a reference within its stack, spelled out for a grantee in
 * another one. A reference between stacks is an export: two apps that send to each other would make a circle,
 * and a queue that somebody elsewhere may send to could not be renamed or removed any more.
 */
export function arnFor(
  grantee: IGrantable,
  owner: IConstruct,
  reference: string,
  named: ArnComponents,
): string {
  return isElsewhere(grantee, owner) ? Stack.of(owner).formatArn(named) : reference;
}

/** Whether somebody's policies stand in another stack than a resource. */
export function isElsewhere({ grantPrincipal }: IGrantable, owner: IConstruct): boolean {
  return Construct.isConstruct(grantPrincipal) && Stack.of(grantPrincipal) !== Stack.of(owner);
}
