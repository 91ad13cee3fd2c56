/**
 * What CloudFormation tells of stacks: statuses, events, resources and change sets, also of deleted stacks.
 */
import type { Input } from '../../service.ts';
import { toUuid } from '../name.ts';
import type { StackDrift } from './drift-operations.ts';
import type { Snapshot } from './rollback.ts';

/** A resource as the API lists it. */
export interface ResourceRecord {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly at: number;
}

export interface StackEvent extends ResourceRecord {
  readonly id: string;
  readonly token?: string;
  readonly properties?: unknown;
}

export interface ShownParameter {
  readonly ParameterKey: string;
  readonly ParameterValue: string;
  /** What Parameter Store held. */
  readonly ResolvedValue?: string;
}

/** What a stack was asked to be. */
export interface StackRequest {
  readonly body: string;
  readonly template: Readonly<Record<string, unknown>>;
  readonly parameters: readonly ShownParameter[];
  /** Values as the plan takes them. */
  readonly values: Readonly<Record<string, string>>;
  readonly tags: readonly Input[];
  readonly capabilities: readonly string[];
  readonly notificationArns: readonly string[];
  readonly roleArn?: string;
}

export interface ChangeSet {
  readonly id: string;
  readonly name: string;
  readonly type: 'CREATE' | 'UPDATE';
  readonly createdAt: number;
  readonly description?: string;
  readonly request: StackRequest;
  readonly changes: readonly Input[];
  readonly status: 'CREATE_COMPLETE' | 'FAILED';
  readonly reason?: string;
  readonly onFailure?: string;
  readonly rollbackDisabled: boolean;
  execution: 'AVAILABLE' | 'UNAVAILABLE' | 'OBSOLETE' | 'EXECUTE_COMPLETE' | 'EXECUTE_FAILED';
}

export interface StackRecord {
  readonly id: string;
  /** Account, region and name. */
  readonly key: string;
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly createdAt: number;
  updatedAt?: number;
  deletedAt?: number;
  status: string;
  reason?: string | undefined;
  request: StackRequest;
  protected: boolean;
  rollbackDisabled: boolean;
  /** Names of the exports of other stacks that it uses. */
  imports: ReadonlySet<string>;
  changeSetId?: string;
  /** What was found out about its resources, if anybody has asked. */
  drift?: StackDrift;
  /** The last operation's, which makes it safe to ask again. */
  token?: string | undefined;
  /** Oldest first. */
  events: StackEvent[];
  readonly resources: Map<string, ResourceRecord>;
  readonly changeSets: Map<string, ChangeSet>;
}

/** What to tell of a stack or of one of its resources. */
export interface Told {
  readonly at: number;
  readonly status: string;
  readonly reason?: string;
  /** Absent: of the stack itself. */
  readonly resource?: { readonly logicalId: string; readonly physicalId?: string; readonly type: string };
  readonly properties?: unknown;
}

export interface StackRecords {
  /** The stack of this name that is not deleted. */
  current(key: string): StackRecord | undefined;
  /** Also a deleted one. */
  byId(id: string): StackRecord | undefined;
  all(): Iterable<StackRecord>;
  add(record: StackRecord): void;
  /** How often a stack of this key was deleted. */
  incarnation(key: string): number;
  /** Keeps how a stack stood before a failure that was not rolled back. */
  keep(id: string, snapshot: Snapshot): void;
  /** What was kept of a stack, once. */
  kept(id: string): Snapshot | undefined;
  /** The stack of this name makes way for another. */
  buried(record: StackRecord): void;
}

/** Older events of a stack are forgotten. */
const EVENTS_MAX = 2000;
/** Deleted stacks are shown for 90 days on AWS; here the last so many are. */
const DELETED_MAX = 100;

/** Makes records of nothing. */
export function createRecords(): StackRecords {
  const ids = new Map<string, StackRecord>();
  const names = new Map<string, StackRecord>();
  const incarnations = new Map<string, number>();
  const snapshots = new Map<string, Snapshot>();
  return {
    current: (key) => names.get(key),
    byId: (id) => ids.get(id),
    all: () => ids.values(),
    add(record) {
      ids.set(record.id, record);
      names.set(record.key, record);
    },
    keep(id, snapshot) {
      // Of several failures one after the other, the first is the way back to what was good.
      if (!snapshots.has(id)) snapshots.set(id, snapshot);
    },
    kept(id) {
      const snapshot = snapshots.get(id);
      snapshots.delete(id);
      return snapshot;
    },
    incarnation: (key) => incarnations.get(key) ?? 0,
    buried(record) {
      if (names.get(record.key) === record) names.delete(record.key);
      incarnations.set(record.key, (incarnations.get(record.key) ?? 0) + 1);
      const deleted = [...ids.values()].filter(({ deletedAt }) => deletedAt !== undefined);
      for (const old of deleted.slice(0, -DELETED_MAX)) ids.delete(old.id);
    },
  };
}

/** Puts down an event, and what it says about the stack or a resource. */
export function tell(record: StackRecord, { at, status, reason, resource, properties }: Told): void {
  const known = resource === undefined ? undefined : record.resources.get(resource.logicalId);
  const of = resource ?? {
    logicalId: record.name,
    physicalId: record.id,
    type: 'AWS::CloudFormation::Stack',
  };
  const told: ResourceRecord = {
    logicalId: of.logicalId,
    physicalId: of.physicalId ?? known?.physicalId ?? '',
    type: of.type,
    status,
    ...(reason === undefined ? {} : { reason }),
    // Clients sort events by time, so no two have the same.
    at: Math.max(at, (record.events.at(-1)?.at ?? 0) + 1),
  };
  // AWS's ids of resource events hold the time; a count keeps two of one millisecond apart.
  const id = toUuid(record.id, record.events.length + 1, record.events.at(-1)?.id ?? '');
  record.events.push({
    ...told,
    id: resource === undefined ? id : `${of.logicalId}-${status}-${id.slice(0, 8)}`,
    ...(record.token === undefined ? {} : { token: record.token }),
    ...(properties === undefined ? {} : { properties }),
  });
  if (record.events.length > 2 * EVENTS_MAX) record.events = record.events.slice(-EVENTS_MAX);
  if (resource !== undefined) {
    record.resources.set(of.logicalId, told);
    return;
  }
  record.status = status;
  record.reason = reason;
}
