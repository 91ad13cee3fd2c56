/**
 * One resource of a plan, carried out: left alone, created, changed or replaced, by what differs from the
 * load before.
 */
import { isDeepStrictEqual } from 'node:util';
import { ServiceError } from '../error.ts';
import type { Caller, Input, Output } from '../service.ts';
import type { Asset } from './assembly.ts';
import { toPhysicalName, toSuffix, toUuid } from './name.ts';
import type { PlannedResource } from './plan.ts';
import type { Problem } from './problem.ts';
import type { Made, Provider, ProviderContext } from './provider.ts';
import type { ResourceChange } from './report.ts';
import type { StackFacts } from './scope.ts';
import { isRecord, LATER, type Notices } from './shape.ts';

/** A resource that this loader made. */
export interface ResourceState {
  readonly logicalId: string;
  readonly provider: Provider<object>;
  readonly made: Made;
  /** The properties as resolved, to compare with, and as read by the provider. */
  readonly resolved: unknown;
  readonly properties: object;
  /** How often it was replaced: part of a generated name, so that old and new can stand side by side. */
  readonly generation: number;
  readonly retained: boolean;
  readonly deletionPolicy: string;
}

/** What carrying out a plan needs from the emulator. */
export interface Host {
  call(
    service: string,
    operation: string,
    input: Input,
    caller: Pick<Caller, 'account' | 'region'>,
  ): Promise<Output>;
  folder(files: Readonly<Record<string, string>>): Promise<string>;
  readonly assets: ReadonlyMap<string, Asset>;
  /** Says whether an object is in the emulated S3. */
  stored(bucket: string, key: string): boolean;
  /**
   * Whether to refuse what AWS refuses and a load does all the same: replacing a resource that keeps its
   * name.
   */
  readonly strict?: boolean;
}

export type Outcome =
  | {
      readonly kind: 'done';
      readonly state: ResourceState;
      readonly change?: ResourceChange;
      /** What was replaced and is still there. */
      readonly old?: ResourceState;
    }
  | { readonly kind: 'failed'; readonly problems: readonly Problem[]; readonly gone?: boolean };

/** Brings one resource to what the plan says. `resolved` holds its properties without any reference left. */
export async function takeStep(
  resource: PlannedResource,
  resolved: unknown,
  before: ResourceState | undefined,
  facts: StackFacts,
  host: Host,
): Promise<Outcome> {
  const { logicalId, provider } = resource;
  const place = { stack: facts.name, logicalId, type: provider.type };
  const problems: Problem[] = [];
  const notices = toNotices(place, problems);
  const properties = provider.properties.read(resolved, '', notices);
  if (properties === undefined || problems.length > 0) return { kind: 'failed', problems };
  provider.check?.(properties, notices, toContext(facts, logicalId, 0, host));
  if (problems.length > 0) return { kind: 'failed', problems };

  const { retained, deletionPolicy } = resource.written;
  const next = { logicalId, provider, resolved, properties, retained, deletionPolicy };
  if (before === undefined || before.provider.type !== provider.type)
    return make(next, before, new Set(), facts, host);
  const changed = toChanged(before.resolved, resolved);
  if (changed.size === 0) return { kind: 'done', state: { ...before, logicalId, retained, deletionPolicy } };
  if (provider.replacedBy.some((property) => changed.has(property)))
    return make(next, before, changed, facts, host);
  try {
    const { generation } = before;
    const context = toContext(facts, logicalId, generation, host);
    const made = await provider.update(
      before.made,
      properties,
      { before: before.properties, changed },
      context,
    );
    const change = reported(provider, { ...place, kind: 'updated', ...told(made, changed) });
    return { kind: 'done', state: { ...next, generation, made }, ...change };
  } catch (error) {
    return { kind: 'failed', problems: [toRefused(error, place)] };
  }
}

/** Makes a resource anew, in the place of another if there is one. */
async function make(
  next: Omit<ResourceState, 'made' | 'generation'>,
  before: ResourceState | undefined,
  changed: ReadonlySet<string>,
  facts: StackFacts,
  host: Host,
): Promise<Outcome> {
  const { logicalId, provider } = next;
  const place = { stack: facts.name, logicalId, type: provider.type };
  const generation = before === undefined ? 0 : before.generation + 1;
  const refusal = toRefusal(next, before, changed);
  if (refusal !== undefined && host.strict === true) {
    const message =
      'CloudFormation cannot update a stack when a custom-named resource requires replacing. ' +
      `Rename ${before?.made.physicalId} and update the stack again.`;
    return { kind: 'failed', problems: [{ code: 'SERVICE_REFUSED', ...place, message }] };
  }
  // Two resources cannot share a name, so the old one goes first here.
  const first = before !== undefined && refusal !== undefined;
  try {
    if (first)
      await before.provider.delete(
        before.made,
        before.properties,
        toContext(facts, logicalId, before.generation, host),
      );
  } catch (error) {
    return { kind: 'failed', problems: [toRefused(error, place)] };
  }
  try {
    const made = await provider.create(next.properties, toContext(facts, logicalId, generation, host));
    const kind = before === undefined ? 'created' : 'replaced';
    const note = refusal === undefined ? {} : { note: refusal };
    const change = reported(provider, { ...place, kind, ...told(made, changed), ...note });
    const old = before === undefined || first ? {} : { old: before };
    return { kind: 'done', state: { ...next, generation, made }, ...change, ...old };
  } catch (error) {
    return { kind: 'failed', problems: [toRefused(error, place)], gone: first };
  }
}

/** Why AWS would not make this replacement, if it would not. */
function toRefusal(
  { provider, properties }: Pick<ResourceState, 'provider' | 'properties'>,
  before: ResourceState | undefined,
  changed: ReadonlySet<string>,
): string | undefined {
  if (before === undefined) return undefined;
  if (before.provider.type !== provider.type) return 'AWS refuses to change the type of a resource';
  const { nameProperty } = provider;
  const named = nameProperty !== undefined && Object.hasOwn(properties, nameProperty);
  return named && !changed.has(nameProperty)
    ? 'AWS refuses to replace a resource that keeps its name'
    : undefined;
}

/** Deletes what a load made before. Undefined when it is gone. */
export async function removeResource(
  state: ResourceState,
  facts: StackFacts,
  host: Host,
): Promise<Problem | undefined> {
  const context = toContext(facts, state.logicalId, state.generation, host);
  try {
    await state.provider.delete(state.made, state.properties, context);
    return undefined;
  } catch (error) {
    // Somebody was faster, through the service's own API.
    if (error instanceof ServiceError && /DoesNotExist$|NotFound(Exception)?$/.test(error.name))
      return undefined;
    return toRefused(error, { stack: facts.name, logicalId: state.logicalId, type: state.provider.type });
  }
}

export function toContext(
  facts: StackFacts,
  logicalId: string,
  generation: number,
  host: Host,
): ProviderContext {
  const { account, region, name: stack, incarnation } = facts;
  const again = incarnation === 0 ? [] : [incarnation];
  const identity = [account, region, stack, logicalId, generation, ...again] as const;
  return {
    ...{ stack, logicalId, account, region },
    call: (service, operation, input) => host.call(service, operation, input, { account, region }),
    name: (lengthMax, end) => toPhysicalName(stack, logicalId, toSuffix(...identity), lengthMax, end),
    id: () => toUuid(...identity),
    folder: (files) => host.folder(files),
    asset: (key) => host.assets.get(key),
    stored: (bucket, key) => host.stored(bucket, key),
  };
}

/** The names of the properties that differ. */
export function toChanged(before: unknown, after: unknown): ReadonlySet<string> {
  const [old, now] = [isRecord(before) ? before : {}, isRecord(after) ? after : {}];
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])];
  return new Set(keys.filter((key) => !isDeepStrictEqual(old[key], now[key])));
}

function told(made: Made, changed: ReadonlySet<string>): Pick<ResourceChange, 'physicalId' | 'properties'> {
  return { physicalId: made.physicalId, properties: [...changed].sort() };
}

// What has no effect is not worth a line when it changes.
function reported(provider: Provider<object>, change: ResourceChange): { readonly change?: ResourceChange } {
  return provider.effectless === undefined ? { change } : {};
}

function toNotices(place: Omit<Problem, 'code' | 'message'>, problems: Problem[]): Notices {
  return {
    unknown: (property, message) => problems.push({ code: 'PROPERTY_UNKNOWN', ...place, property, message }),
    invalid: (property, message) => problems.push({ code: 'PROPERTY_INVALID', ...place, property, message }),
    // Noted when the plan was made.
    ignored: () => undefined,
  };
}

// A refusal is the template's mistake; anything else is the emulator's, and is not to be hidden.
function toRefused(error: unknown, place: Omit<Problem, 'code' | 'message'>): Problem {
  if (!(error instanceof ServiceError)) throw error;
  return { code: 'SERVICE_REFUSED', ...place, message: `${error.name}: ${error.message}` };
}

/** True when a value still holds a reference that could not be resolved. */
export function isUnresolved(value: unknown): boolean {
  if (value === LATER) return true;
  if (Array.isArray(value)) return value.some(isUnresolved);
  return isRecord(value) && Object.values(value).some(isUnresolved);
}
