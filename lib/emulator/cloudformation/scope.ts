/**
 * What the values of one stack can refer to: pseudo parameters, parameters, its resources, and other stacks.
 */
import type { ProblemCode } from './problem.ts';
import type { Made } from './provider.ts';
import { ABSENT, type Found, type Scope } from './resolve.ts';
import { isRecord, LATER } from './shape.ts';

/** What is known of a stack before any resource exists. */
export interface StackFacts {
  readonly name: string;
  readonly stackId: string;
  /** Counts the stacks of this name that were deleted before it. */
  readonly incarnation: number;
  readonly account: string;
  readonly region: string;
  readonly parameters: ReadonlyMap<string, unknown>;
  readonly mappings: Readonly<Record<string, unknown>>;
  readonly conditions: ReadonlyMap<string, boolean>;
}

/** A resource as a reference finds it: made, to be made, or left out by a condition. */
export type Referent =
  | {
      readonly state: 'made';
      readonly made: Made;
      readonly type: string;
      readonly attributes: readonly string[];
    }
  | { readonly state: 'later'; readonly type: string; readonly attributes: readonly string[] }
  | { readonly state: 'omitted'; readonly condition: string }
  /** Of a type that is refused: the type is the mistake, not the reference. */
  | { readonly state: 'unserved' };

export interface Surroundings {
  /** Undefined when the stack has no such resource. Called once for each reference that counts. */
  resource(logicalId: string): Referent | undefined;
  exported(name: string): Found;
  output(of: Parameters<Scope['output']>[0]): Found;
  problem(code: ProblemCode, path: string, message: string): void;
}

/** Makes the scope in which a stack's values are resolved. */
export function toScope(facts: StackFacts, around: Surroundings): Scope {
  const pseudo: Readonly<Record<string, unknown>> = {
    'AWS::AccountId': facts.account,
    'AWS::NoValue': ABSENT,
    'AWS::NotificationARNs': [],
    'AWS::Partition': 'aws',
    'AWS::Region': facts.region,
    'AWS::StackId': facts.stackId,
    'AWS::StackName': facts.name,
    'AWS::URLSuffix': 'amazonaws.com',
  };
  return {
    region: facts.region,
    reference(name) {
      if (Object.hasOwn(pseudo, name)) return { value: pseudo[name] };
      if (facts.parameters.has(name)) return { value: facts.parameters.get(name) };
      return refer(around.resource(name), name, (made) => made.ref);
    },
    attribute(logicalId, attribute) {
      const referent = around.resource(logicalId);
      const known = referent?.state === 'made' || referent?.state === 'later';
      if (known && !referent.attributes.includes(attribute)) {
        const has =
          referent.attributes.length === 0 ? 'it has none' : `it has ${referent.attributes.join(', ')}`;
        return { problem: `${logicalId} (${referent.type}) has no attribute '${attribute}'; ${has}` };
      }
      return refer(referent, logicalId, (made) => made.attributes[attribute]);
    },
    condition: (name) => facts.conditions.get(name),
    mapping: (map, top, second) => findMapped(facts.mappings, map, top, second),
    exported: (name) => around.exported(name),
    output: (of) => around.output(of),
    problem: (code, path, message) => around.problem(code, path, message),
  };
}

function refer(referent: Referent | undefined, name: string, read: (made: Made) => unknown): Found {
  if (referent === undefined) return { problem: `there is no parameter or resource '${name}' in this stack` };
  switch (referent.state) {
    case 'omitted':
      return { problem: `'${name}' does not exist, because its condition '${referent.condition}' is false` };
    case 'later':
    case 'unserved':
      return { value: LATER };
    case 'made': {
      const value = read(referent.made);
      // Such as the stream of a table that has none.
      return value === undefined
        ? { problem: `${name} (${referent.type}) does not have this attribute now` }
        : { value };
    }
  }
}

function findMapped(mappings: StackFacts['mappings'], map: string, top: string, second: string): Found {
  const of = Object.hasOwn(mappings, map) ? mappings[map] : undefined;
  if (!isRecord(of)) return { problem: `there is no mapping '${map}'` };
  const inner = Object.hasOwn(of, top) ? of[top] : undefined;
  if (!isRecord(inner)) return { problem: `mapping '${map}' has no key '${top}'` };
  if (!Object.hasOwn(inner, second))
    return { problem: `mapping '${map}' has no key '${second}' under '${top}'` };
  return { value: inner[second] };
}
