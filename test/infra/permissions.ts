/** What a template lets a role do. */
import type { Template } from 'aws-cdk-lib/assertions';
import { expect } from 'vitest';

/** What a role may do, by resource: its actions, sorted. */
export function permissions(template: Template, role: string): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  const names = new Map(
    Object.entries(template.toJSON().Resources).map(([id, resource]) => [id, pathOf(resource)]),
  );
  for (const policy of Object.values(template.findResources('AWS::IAM::Policy'))) {
    const { Roles, PolicyDocument } = policy.Properties;
    if (!Roles.some((each: { readonly Ref: string }) => each.Ref.startsWith(role))) continue;
    for (const { Effect, Action, Resource } of PolicyDocument.Statement) {
      expect(Effect).toBe('Allow');
      for (const resource of [Resource].flat()) {
        const name = nameOf(names, resource);
        found[name] = [...new Set([...(found[name] ?? []), ...[Action].flat()])].sort();
      }
    }
  }
  return found;
}

/** A resource of the template by its path, another by the end of its ARN. */
function nameOf(names: ReadonlyMap<string, string>, resource: unknown): string {
  if (typeof resource === 'string') return resource;
  // A statement's resource is a text, or an intrinsic of one of these two kinds.
  const { 'Fn::GetAtt': attribute, 'Fn::Join': join } = resource as {
    readonly 'Fn::GetAtt'?: readonly string[];
    readonly 'Fn::Join'?: readonly [string, readonly unknown[]];
  };
  if (attribute !== undefined) return names.get(attribute[0] ?? '') ?? '?';
  return String(join?.[1].at(-1)).replace(/^:/, '');
}

/** 'Broker/Queue-mail/Queue' of a resource's construct path 'Test/Broker/Queue-mail/Queue/Resource'. */
function pathOf(resource: unknown): string {
  // Template resources have this member under the flag that the builder of these stacks sets.
  const { Metadata } = resource as { readonly Metadata?: Readonly<Record<string, string>> };
  return (Metadata?.['aws:cdk:path'] ?? '').replace(/^Test\//, '').replace(/\/Resource$/, '');
}
