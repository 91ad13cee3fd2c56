/**
 * Drift: whether the resources of a stack are still as its template says. What is asked for is found out when
 * the call is answered; AWS takes a while, and answers with the id of a detection in any case.
 */
import { ServiceError } from '../../error.ts';
import { type Operations, page, requiredText, text, texts } from '../../operations.ts';
import type { Output } from '../../service.ts';
import type { StackState } from '../apply.ts';
import { differencesOf, type PropertyDifference } from '../drift/compare.ts';
import { readers } from '../drift/readers.ts';
import { toContext } from '../step.ts';
import { absent, findStack } from './find.ts';
import { validationError } from './plan-stack.ts';
import type { StackRecord } from './record.ts';
import { type CloudformationOptions, newId, toDeployment } from './worker.ts';

/** What was found out about a resource. */
export interface ResourceDrift {
  readonly logicalId: string;
  readonly physicalId: string;
  readonly type: string;
  readonly status: 'IN_SYNC' | 'MODIFIED' | 'DELETED';
  readonly expected: string;
  readonly actual: string;
  readonly differences: readonly PropertyDifference[];
  readonly at: number;
}

/** What was found out about a stack. */
export interface StackDrift {
  /** Of the last detection of the whole stack. */
  readonly id?: string;
  readonly at?: number;
  readonly resources: readonly ResourceDrift[];
}

const PAGE = 100;
const GONE = /NotFound|DoesNotExist|NonExistent/;
/** The states in which AWS looks for drift. */
const SETTLED = ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'UPDATE_ROLLBACK_COMPLETE', 'UPDATE_ROLLBACK_FAILED'];

/** The operations on drift. */
export function driftOperations(options: CloudformationOptions): Operations {
  const { book, host, random } = options;
  return {
    async DetectStackDrift(input, caller) {
      const record = findStack(book, caller, input, absent);
      checkSettled(record);
      const only = texts(input, 'LogicalResourceIds');
      const state = standing(options, record);
      const checked = [...state.resources.keys()].filter((id) => only.length === 0 || only.includes(id));
      const found: ResourceDrift[] = [];
      for (const logicalId of checked) found.push(...(await detect(options, state, logicalId)));
      const id = newId(random);
      const others = knownOf(record).filter(({ logicalId }) => !checked.includes(logicalId));
      record.drift = { id, at: host.now(), resources: [...others, ...found] };
      return { StackDriftDetectionId: id };
    },
    async DetectStackResourceDrift(input, caller) {
      const record = findStack(book, caller, input, absent);
      checkSettled(record);
      const logicalId = requiredText(input, 'LogicalResourceId');
      const state = standing(options, record);
      const type = state.resources.get(logicalId)?.provider.type;
      if (type === undefined)
        throw validationError(`Resource ${logicalId} does not exist for stack ${record.name}`);
      const [drift] = await detect(options, state, logicalId);
      if (drift === undefined)
        throw validationError(`Drift detection is not supported for resource type ${type}`);
      const others = knownOf(record).filter((each) => each.logicalId !== logicalId);
      record.drift = { ...record.drift, resources: [...others, drift] };
      return { StackResourceDrift: show(record, drift) };
    },
    DescribeStackDriftDetectionStatus(input, { account, region }) {
      const id = requiredText(input, 'StackDriftDetectionId');
      const record = [...book.records.all()].find(
        (each) => each.drift?.id === id && each.account === account && each.region === region,
      );
      if (record === undefined)
        throw validationError(`StackDriftDetectionId [${id}] does not exist or is not the last of its stack`);
      const drifted = driftedOf(record);
      return {
        ...{ StackId: record.id, StackDriftDetectionId: id, DetectionStatus: 'DETECTION_COMPLETE' },
        StackDriftStatus: stackStatus(record),
        DriftedStackResourceCount: drifted.length,
        Timestamp: new Date(record.drift?.at ?? 0),
      };
    },
    DescribeStackResourceDrifts(input, caller) {
      const record = findStack(book, caller, input, absent);
      const wanted = texts(input, 'StackResourceDriftStatusFilters');
      const all = knownOf(record).filter(({ status }) => wanted.length === 0 || wanted.includes(status));
      const { items, next } = page(all, text(input, 'NextToken'), PAGE);
      const StackResourceDrifts = items.map((each) => show(record, each));
      return { StackResourceDrifts, ...(next === undefined ? {} : { NextToken: next }) };
    },
  };
}

/** What stacks say of their drift. */
export function stackDriftOf(record: StackRecord): Output {
  const at = record.drift?.at;
  if (at === undefined) return { StackDriftStatus: 'NOT_CHECKED' };
  return { StackDriftStatus: stackStatus(record), LastCheckTimestamp: new Date(at) };
}

/** What resources say of theirs. */
export function resourceDriftOf(record: StackRecord, logicalId: string): Output {
  const drift = knownOf(record).find((each) => each.logicalId === logicalId);
  if (drift === undefined) return { StackResourceDriftStatus: 'NOT_CHECKED' };
  return { StackResourceDriftStatus: drift.status, LastCheckTimestamp: new Date(drift.at) };
}

function stackStatus(record: StackRecord): string {
  return driftedOf(record).length === 0 ? 'IN_SYNC' : 'DRIFTED';
}

function driftedOf(record: StackRecord): readonly ResourceDrift[] {
  return knownOf(record).filter(({ status }) => status !== 'IN_SYNC');
}

/** Of resources that are still the same: nothing is known yet of one that was replaced since. */
function knownOf({ drift, resources }: StackRecord): readonly ResourceDrift[] {
  return (drift?.resources ?? []).filter(
    ({ logicalId, physicalId }) => resources.get(logicalId)?.physicalId === physicalId,
  );
}

function checkSettled({ name, status }: StackRecord): void {
  if (SETTLED.includes(status)) return;
  throw validationError(`Drift detection cannot be performed on stack [${name}] in ${status} state`);
}

function standing({ book }: CloudformationOptions, record: StackRecord): StackState {
  const state = book.stacks.get(record.key);
  if (state === undefined) throw validationError(absent(record.name));
  return state;
}

/** Nothing for a type whose properties cannot be read back. */
async function detect(
  options: CloudformationOptions,
  state: StackState,
  logicalId: string,
): Promise<readonly ResourceDrift[]> {
  const resource = state.resources.get(logicalId);
  const reader = resource === undefined ? undefined : readers.get(resource.provider.type);
  if (resource === undefined || reader === undefined) return [];
  const { generation, made, provider } = resource;
  const expected: Readonly<Record<string, unknown>> = { ...resource.properties };
  const context = toContext(state.facts, logicalId, generation, toDeployment(options).host);
  const shared = {
    ...{ logicalId, physicalId: made.physicalId, type: provider.type, at: options.host.now() },
    expected: JSON.stringify(expected),
  };
  try {
    const actual = await reader(made, expected, context);
    const differences = differencesOf(expected, actual);
    const status = differences.length === 0 ? 'IN_SYNC' : 'MODIFIED';
    const compared = Object.keys(expected).map((name) => [
      name,
      Object.hasOwn(actual, name) ? actual[name] : expected[name],
    ]);
    return [{ ...shared, status, differences, actual: JSON.stringify(Object.fromEntries(compared)) }];
  } catch (error) {
    if (!(error instanceof ServiceError) || !GONE.test(error.name)) throw error;
    return [{ ...shared, status: 'DELETED', differences: [], actual: '' }];
  }
}

function show({ id }: StackRecord, drift: ResourceDrift): Output {
  const { logicalId, physicalId, type, status, expected, actual, differences, at } = drift;
  return {
    ...{ StackId: id, LogicalResourceId: logicalId, PhysicalResourceId: physicalId, ResourceType: type },
    ExpectedProperties: expected,
    ...(actual === '' ? {} : { ActualProperties: actual }),
    ...(differences.length === 0 ? {} : { PropertyDifferences: differences }),
    ...{ StackResourceDriftStatus: status, Timestamp: new Date(at) },
  };
}
