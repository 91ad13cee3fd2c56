/**
 * Resolving while nothing exists yet: what is known is resolved, and every reference is noted.
 */
import { type Draft, toStackKey } from './draft.ts';
import type { Problem } from './problem.ts';
import type { Provider } from './provider.ts';
import { type Found, resolve } from './resolve.ts';
import { type Referent, toScope } from './scope.ts';
import { LATER } from './shape.ts';

/** Providers by type; only a provider itself knows the type of its properties. */
export type Providers = ReadonlyMap<string, Provider<object>>;

/** Exports and outputs of stacks that were loaded before and are not part of this plan. */
export interface Loaded {
  exported(account: string, region: string, name: string): string | undefined;
  output(stackKey: string, output: string): string | undefined;
}

export interface References {
  readonly drafts: ReadonlyMap<string, Draft>;
  readonly providers: Providers;
  readonly loaded: Loaded;
  /** Keys of needed stacks, by the keys of those that need them. */
  readonly stackNeeds: Map<string, Set<string>>;
}

/** Resolves what is known without resources, and notes every reference on the way. */
export function resolveLater(
  draft: Draft,
  value: unknown,
  path: string,
  around: References,
  problem: (code: Problem['code'], property: string, message: string) => void,
): { readonly value: unknown; readonly needs: Set<string> } {
  const needs = new Set<string>();
  const scope = toScope(draft.facts, {
    resource(logicalId) {
      const referent = toReferent(draft, logicalId, around.providers);
      if (referent?.state === 'later') needs.add(logicalId);
      return referent;
    },
    exported: (name) => findExport(draft, name, around),
    output: (of) => findOutput(draft, of, around),
    problem,
  });
  return { value: resolve(value, path, scope), needs };
}

function toReferent(draft: Draft, logicalId: string, providers: Providers): Referent | undefined {
  const condition = draft.omitted.get(logicalId);
  if (condition !== undefined) return { state: 'omitted', condition };
  const type = draft.resources.get(logicalId)?.type;
  if (type === undefined) return undefined;
  const provider = providers.get(type);
  // The attributes of an unknown type are unknown too; the type itself is the problem to report.
  if (provider === undefined) return { state: 'unserved' };
  return { state: 'later', type, attributes: provider.attributes };
}

function findExport(draft: Draft, name: string, around: References): Found {
  const { account, region } = draft.facts;
  for (const producer of around.drafts.values()) {
    const output = producer.exports.get(name);
    if (output === undefined || producer.facts.account !== account || producer.facts.region !== region)
      continue;
    return noteImport(draft, producer, around);
  }
  const value = around.loaded.exported(account, region, name);
  return value === undefined ? { problem: `no stack in ${account}/${region} exports '${name}'` } : { value };
}

function findOutput(
  draft: Draft,
  of: { readonly stack: string; readonly region: string; readonly account?: string; readonly output: string },
  around: References,
): Found {
  const key = toStackKey(of.account ?? draft.facts.account, of.region, of.stack);
  const producer = around.drafts.get(key);
  if (producer?.outputs.has(of.output)) return noteImport(draft, producer, around);
  const value = producer === undefined ? around.loaded.output(key, of.output) : undefined;
  return value === undefined ? { problem: `there is no output '${of.output}' of a stack ${key}` } : { value };
}

function noteImport(draft: Draft, producer: Draft, around: References): Found {
  const needs = around.stackNeeds.get(draft.key) ?? new Set();
  around.stackNeeds.set(draft.key, needs.add(producer.key));
  return { value: LATER };
}
