/** What the operations of CloudFormation work with. */
import type { StackBook } from '../book.ts';
import { hasFunctions, type LoaderHost, reach, toCarrier } from '../loader.ts';
import type { PlannedStack } from '../plan.ts';
import { type Deployment, deploy, type OnFailure } from './deploy.ts';
import { type StackRecord, type StackRequest, tell } from './record.ts';
import type { Sources } from './template-source.ts';

export interface CloudformationOptions {
  readonly book: StackBook;
  readonly host: LoaderHost;
  readonly sources: Sources;
  /** Makes the ids of change sets. */
  readonly random: () => number;
}

/** The means by which stacks are made, changed and deleted. */
export function toDeployment({ book, host }: CloudformationOptions): Deployment {
  return { book, host: { ...toCarrier(host, book), strict: true }, now: () => host.now() };
}

/** Carries out a request that was found right. */
export async function carryOut(
  planned: PlannedStack,
  record: StackRecord,
  onFailure: OnFailure,
  options: CloudformationOptions,
): Promise<void> {
  const work = toDeployment(options);
  // Resources that a folder brought here are reached where its last load says.
  const source = options.book.stacks.get(planned.key)?.source ?? `api:${planned.key}`;
  await reach(options.host, options.book, source, hasFunctions([planned]), work.host);
  await deploy(planned, record, onFailure, work);
}

/** Begins to tell of a new stack. */
export function newRecord(
  planned: PlannedStack,
  request: StackRequest,
  options: CloudformationOptions,
): StackRecord {
  const { name, account, region, stackId } = planned.facts;
  const record: StackRecord = {
    ...{ id: stackId, key: planned.key, name, account, region, createdAt: options.host.now() },
    ...{ status: '', protected: false, rollbackDisabled: false, imports: new Set<string>(), request },
    ...{ events: [], resources: new Map(), changeSets: new Map() },
  };
  options.book.records.add(record);
  return record;
}

/** A stack of a change set that is not executed yet. */
export function review(record: StackRecord, now: number): void {
  tell(record, { at: now, status: 'REVIEW_IN_PROGRESS', reason: 'User Initiated' });
}

/** A UUID from the emulator's chance. */
export function newId(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join('');
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, '$1-$2-4$3-a$4-$5');
}
