/** The operations on change sets: an update that is looked at before it is made. */
import { ServiceError } from '../../error.ts';
import {
  notServed,
  type Operations,
  type Place,
  page,
  refuse,
  requiredText,
  text,
} from '../../operations.ts';
import type { Input, Output } from '../../service.ts';
import { isUpdate, toChanges } from './changes.ts';
import type { OnFailure } from './deploy.ts';
import { absent, checkChangeable, checkName, findChangeSet, findStack, lookUpStack } from './find.ts';
import { planStack, validationError } from './plan-stack.ts';
import type { ChangeSet, StackRecord } from './record.ts';
import { showChangeSet, showParameters } from './show.ts';
import { isRollbackDisabled, UNSERVED, updateTo } from './stack-operations.ts';
import { checkCapabilities } from './summary.ts';
import { readRequest } from './template-source.ts';
import { type CloudformationOptions, carryOut, newId, newRecord, review } from './worker.ts';

const CHANGES_PER_PAGE = 100;
/** Taking over resources that no stack made. */
const IMPORTS = ['ResourcesToImport', 'ImportExistingResources'];
const NO_CHANGES =
  "The submitted information didn't contain changes. Submit different information to create a change set.";

/** The operations on change sets. */
export function changeSetOperations(options: CloudformationOptions): Operations {
  const { book } = options;
  return {
    CreateChangeSet: (input, caller) => book.exclusive(() => create(input, caller, options)),
    ExecuteChangeSet: (input, caller) => book.exclusive(() => execute(input, caller, options)),
    DescribeChangeSet(input, caller) {
      const { record, changeSet } = findChangeSet(book, caller, input);
      const { items, next } = page(changeSet.changes, text(input, 'NextToken'), CHANGES_PER_PAGE);
      const { request } = changeSet;
      return {
        ...showChangeSet(record, changeSet),
        ...{ Parameters: showParameters(request), NotificationARNs: request.notificationArns },
        ...{ Capabilities: request.capabilities, Tags: request.tags, RollbackConfiguration: {} },
        ...{ Changes: items, ...(next === undefined ? {} : { NextToken: next }) },
        ...(changeSet.onFailure === undefined ? {} : { OnStackFailure: changeSet.onFailure }),
      };
    },
    ListChangeSets(input, caller) {
      const record = findStack(book, caller, input, absent);
      const { items, next } = page([...record.changeSets.values()], text(input, 'NextToken'), 100);
      const Summaries = items.map((changeSet) => showChangeSet(record, changeSet));
      return { Summaries, ...(next === undefined ? {} : { NextToken: next }) };
    },
    DeleteChangeSet(input, caller) {
      const name = requiredText(input, 'ChangeSetName');
      const stack = text(input, 'StackName');
      // A change set that is not there is no mistake, as long as its stack is.
      if (stack !== undefined) findStack(book, caller, { StackName: stack }, absent);
      for (const { changeSets } of book.records.all()) {
        for (const each of changeSets.values()) {
          const meant = each.id === name || (stack !== undefined && each.name === name);
          if (meant) remove(book.records.all(), each);
        }
      }
      return {};
    },
  };
}

async function create(input: Input, caller: Place, options: CloudformationOptions): Promise<Output> {
  refuse('cloudformation: CreateChangeSet', input, ...UNSERVED, ...IMPORTS, 'DeploymentMode');
  const type = text(input, 'ChangeSetType') ?? 'UPDATE';
  if (type !== 'CREATE' && type !== 'UPDATE')
    throw notServed(`cloudformation: CreateChangeSet with ChangeSetType ${type}`);
  const { book, sources } = options;
  const stack = requiredText(input, 'StackName');
  const name = requiredText(input, 'ChangeSetName');
  if (!stack.startsWith('arn:')) checkName(stack);
  const existing = lookUpStack(book, caller, stack);
  checkTarget(existing, type, stack, name);
  if (existing !== undefined && [...existing.changeSets.values()].some((each) => each.name === name))
    throw new ServiceError('AlreadyExistsException', `ChangeSet ${name} already exists`);
  const place = existing ?? caller;
  const standing = existing?.status === 'REVIEW_IN_PROGRESS' ? undefined : existing?.request;
  const request = readRequest(input, place, sources, standing);
  checkCapabilities(request);
  const planned = planStack(book, existing?.name ?? stack, place, request);
  const changes = toChanges(planned, standing, book);
  const record = existing ?? newRecord(planned, { ...request, parameters: [], values: {} }, options);
  if (existing === undefined) review(record, options.host.now());
  const hasChanges = isUpdate(changes, request, standing);
  const id = newId(options.random);
  const description = text(input, 'Description');
  const onFailure = text(input, 'OnStackFailure');
  const changeSet: ChangeSet = {
    id: `arn:aws:cloudformation:${record.region}:${record.account}:changeSet/${name}/${id}`,
    ...{ name, type, createdAt: options.host.now(), request, changes },
    rollbackDisabled: isRollbackDisabled(input),
    ...(description === undefined ? {} : { description }),
    ...(onFailure === undefined ? {} : { onFailure }),
    ...(hasChanges
      ? { status: 'CREATE_COMPLETE', execution: 'AVAILABLE' }
      : { status: 'FAILED', reason: NO_CHANGES, execution: 'UNAVAILABLE' }),
  };
  record.changeSets.set(changeSet.id, changeSet);
  return { Id: changeSet.id, StackId: record.id };
}

function checkTarget(
  existing: StackRecord | undefined,
  type: 'CREATE' | 'UPDATE',
  stack: string,
  name: string,
): void {
  const isNew = existing === undefined || existing.status === 'REVIEW_IN_PROGRESS';
  if (type === 'UPDATE') {
    if (isNew) throw validationError(absent(stack));
    checkChangeable(existing);
  } else if (!isNew) {
    const again = `already exists and cannot be created again with the changeSet [${name}].`;
    throw validationError(`Stack [${stack}] ${again}`);
  }
}

async function execute(input: Input, caller: Place, options: CloudformationOptions): Promise<Output> {
  refuse('cloudformation: ExecuteChangeSet', input, 'RetainExceptOnCreate');
  const { book } = options;
  const { record, changeSet } = findChangeSet(book, caller, input);
  const token = text(input, 'ClientRequestToken');
  if (changeSet.execution === 'EXECUTE_COMPLETE' && token !== undefined && token === record.token) return {};
  if (changeSet.execution !== 'AVAILABLE') {
    const state = `cannot be executed in its current execution status of [${changeSet.execution}]`;
    throw new ServiceError('InvalidChangeSetStatusException', `ChangeSet [${changeSet.id}] ${state}`);
  }
  const { request } = changeSet;
  const planned = planStack(book, record.name, record, request);
  const onFailure = onFailureOf(input, changeSet);
  record.token = token;
  record.changeSetId = changeSet.id;
  record.rollbackDisabled = onFailure === 'DO_NOTHING';
  await updateTo(record, request, () => carryOut(planned, record, onFailure, options));
  const failed = /FAILED|ROLLBACK|DELETE/.test(record.status);
  changeSet.execution = failed ? 'EXECUTE_FAILED' : 'EXECUTE_COMPLETE';
  // The others were made for what the stack was before.
  for (const other of [...record.changeSets.values()])
    if (other !== changeSet) record.changeSets.delete(other.id);
  return {};
}

function onFailureOf(input: Input, changeSet: ChangeSet): OnFailure {
  if (isRollbackDisabled(input) || changeSet.rollbackDisabled) return 'DO_NOTHING';
  const asked = changeSet.type === 'CREATE' ? changeSet.onFailure : undefined;
  return asked === 'DELETE' || asked === 'DO_NOTHING' ? asked : 'ROLLBACK';
}

function remove(records: Iterable<StackRecord>, changeSet: ChangeSet): void {
  for (const { changeSets } of records) changeSets.delete(changeSet.id);
}
