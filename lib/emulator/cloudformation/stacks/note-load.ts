/** Puts a load down in the records, so that the API shows its stacks as if they had come through the API. */
import type { StackBook } from '../book.ts';
import type { Plan, PlannedStack } from '../plan.ts';
import type { Problem } from '../problem.ts';
import type { ResourceChange } from '../report.ts';
import { importsOf } from './imports.ts';
import { type ShownParameter, type StackRecord, type StackRequest, tell } from './record.ts';

const STATUSES: Readonly<Record<ResourceChange['kind'], string>> = {
  created: 'CREATE_COMPLETE',
  updated: 'UPDATE_COMPLETE',
  replaced: 'UPDATE_COMPLETE',
  moved: 'UPDATE_COMPLETE',
  deleted: 'DELETE_COMPLETE',
};

/** Notes what a load did to each stack of its plan, and which stacks it deleted. */
export function noteLoad(
  book: StackBook,
  plan: Plan,
  changes: readonly ResourceChange[],
  problems: readonly Problem[],
  at: number,
): void {
  for (const planned of plan.stacks) noteStack(book, planned, changes, problems, at);
  for (const record of [...book.records.all()]) {
    const here = book.records.current(record.key) === record;
    // Nothing stands of a stack that only awaits its first deployment, or that was rolled back.
    const bare = record.status === 'REVIEW_IN_PROGRESS' || record.status.startsWith('ROLLBACK_');
    if (!here || bare || book.stacks.has(record.key)) continue;
    for (const { logicalId, type } of record.resources.values())
      tell(record, { at, status: 'DELETE_COMPLETE', resource: { logicalId, type } });
    tell(record, { at, status: 'DELETE_COMPLETE' });
    record.deletedAt = at;
    book.records.buried(record);
  }
}

function noteStack(
  book: StackBook,
  planned: PlannedStack,
  changes: readonly ResourceChange[],
  problems: readonly Problem[],
  at: number,
): void {
  const { key, facts } = planned;
  const state = book.stacks.get(key);
  if (state === undefined) return;
  const known = book.records.current(key);
  const own = changes.filter(({ stack }) => stack === facts.name);
  const wrong = problems.find(({ stack }) => stack === facts.name);
  const record = known ?? toRecord(planned, at);
  if (known === undefined) book.records.add(record);
  record.request = toRequest(planned, record);
  record.imports = importsOf(planned);
  if (known !== undefined && own.length === 0 && wrong === undefined) return;
  const verb = known === undefined ? 'CREATE' : 'UPDATE';
  if (known !== undefined) record.updatedAt = at;
  tell(record, { at, status: `${verb}_IN_PROGRESS`, reason: 'User Initiated' });
  for (const { kind, logicalId, physicalId, type } of own)
    tell(record, { at, status: STATUSES[kind], resource: { logicalId, physicalId, type } });
  for (const [logicalId, { made, provider }] of state.resources) {
    if (record.resources.has(logicalId)) continue;
    const resource = { logicalId, physicalId: made.physicalId, type: provider.type };
    tell(record, { at, status: 'CREATE_COMPLETE', resource });
  }
  for (const { logicalId, status } of [...record.resources.values()])
    if (status === 'DELETE_COMPLETE') record.resources.delete(logicalId);
  if (wrong === undefined) tell(record, { at, status: `${verb}_COMPLETE` });
  else tell(record, { at, status: `${verb}_FAILED`, reason: wrong.message });
}

function toRecord(planned: PlannedStack, at: number): StackRecord {
  const { name, account, region, stackId } = planned.facts;
  return {
    ...{ id: stackId, key: planned.key, name, account, region, createdAt: at },
    ...{ status: 'CREATE_IN_PROGRESS', protected: false, rollbackDisabled: false, imports: new Set() },
    ...{ request: toRequest(planned, undefined), events: [], resources: new Map(), changeSets: new Map() },
  };
}

function toRequest(planned: PlannedStack, known: StackRecord | undefined): StackRequest {
  const { template } = planned.artifact;
  const shown: ShownParameter[] = [...planned.facts.parameters].map(([name, value]) => ({
    ...{ ParameterKey: name, ParameterValue: Array.isArray(value) ? value.join(',') : String(value) },
  }));
  return {
    ...{ body: JSON.stringify(template, undefined, 1), template, parameters: shown },
    values: Object.fromEntries(shown.map((each) => [each.ParameterKey, each.ParameterValue])),
    tags: known?.request.tags ?? [],
    capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND'],
    notificationArns: [],
  };
}
