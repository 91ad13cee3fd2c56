/** The operations that create, change and delete stacks. */
import { ServiceError } from '../../error.ts';
import {
  flag,
  notServed,
  type Operations,
  type Place,
  refuse,
  requiredText,
  structure,
  text,
  texts,
} from '../../operations.ts';
import type { Input, Output } from '../../service.ts';
import { toStackKey } from '../draft.ts';
import { isUpdate, toChanges } from './changes.ts';
import type { OnFailure } from './deploy.ts';
import { absent, checkChangeable, checkName, findStack, lookUpStack } from './find.ts';
import { planStack, validationError } from './plan-stack.ts';
import type { StackRecord } from './record.ts';
import { removeStack } from './remove.ts';
import { rollBack, toSnapshot } from './rollback.ts';
import { checkCapabilities } from './summary.ts';
import { readRequest } from './template-source.ts';
import { type CloudformationOptions, carryOut, newRecord, toDeployment } from './worker.ts';

/** What changes how stacks are made, and is not served. */
export const UNSERVED = [
  ...['StackPolicyBody', 'StackPolicyURL', 'StackPolicyDuringUpdateBody', 'StackPolicyDuringUpdateURL'],
  ...['RetainExceptOnCreate', 'ResourceTypes'],
];

/** The operations, each carried out before it is answered. */
export function stackOperations(options: CloudformationOptions): Operations {
  const { book } = options;
  return {
    CreateStack: (input, caller) => book.exclusive(() => create(input, caller, options)),
    UpdateStack: (input, caller) => book.exclusive(() => update(input, caller, options)),
    DeleteStack: (input, caller) => book.exclusive(() => remove(input, caller, options)),
    RollbackStack: (input, caller) => book.exclusive(() => roll(input, caller, options)),
    UpdateTerminationProtection(input, caller) {
      const record = findStack(book, caller, input, absent);
      record.protected = flag(input, 'EnableTerminationProtection');
      return { StackId: record.id };
    },
  };
}

/**
 * Whether a request wants failures to stay as they are. Its deployment's mode, EXPRESS or STANDARD, makes no
 * difference here: what is made is ready at once.
 */
export function isRollbackDisabled(input: Input): boolean {
  return flag(input, 'DisableRollback') || flag(structure(input, 'DeploymentConfig'), 'DisableRollback');
}

/** What a request says about failures. */
function onFailureOf(input: Input): OnFailure {
  const asked = text(input, 'OnFailure');
  if (asked !== undefined && input.DisableRollback !== undefined)
    throw validationError('You must specify either DisableRollback or OnFailure, but not both.');
  if (isRollbackDisabled(input)) return 'DO_NOTHING';
  return asked === 'DELETE' || asked === 'DO_NOTHING' ? asked : 'ROLLBACK';
}

async function create(input: Input, caller: Place, options: CloudformationOptions): Promise<Output> {
  refuse('cloudformation: CreateStack', input, ...UNSERVED);
  const { book, sources } = options;
  const name = requiredText(input, 'StackName');
  checkName(name);
  const existing = book.records.current(toStackKey(caller.account, caller.region, name));
  if (existing !== undefined) {
    if (isRepeated(existing, input)) return { StackId: existing.id };
    throw new ServiceError('AlreadyExistsException', `Stack [${name}] already exists`);
  }
  const request = readRequest(input, caller, sources);
  checkCapabilities(request);
  const onFailure = onFailureOf(input);
  const planned = planStack(book, name, caller, request);
  const record = newRecord(planned, request, options);
  record.token = text(input, 'ClientRequestToken');
  record.protected = flag(input, 'EnableTerminationProtection');
  record.rollbackDisabled = onFailure === 'DO_NOTHING';
  await carryOut(planned, record, onFailure, options);
  return { StackId: record.id };
}

async function update(input: Input, caller: Place, options: CloudformationOptions): Promise<Output> {
  refuse('cloudformation: UpdateStack', input, ...UNSERVED);
  const { book, sources } = options;
  const record = findStack(book, caller, input, absent);
  if (isRepeated(record, input)) return { StackId: record.id };
  checkChangeable(record);
  if (record.status === 'REVIEW_IN_PROGRESS') throw validationError(absent(record.name));
  const request = readRequest(input, record, sources, record.request);
  checkCapabilities(request);
  const planned = planStack(book, record.name, record, request);
  const changes = toChanges(planned, record.request, book);
  const unfinished = record.status.endsWith('_FAILED');
  if (!unfinished && !isUpdate(changes, request, record.request))
    throw validationError('No updates are to be performed.');
  const onFailure = isRollbackDisabled(input) ? 'DO_NOTHING' : 'ROLLBACK';
  record.token = text(input, 'ClientRequestToken');
  await updateTo(record, request, () => carryOut(planned, record, onFailure, options));
  return { StackId: record.id };
}

/** Carries out an update that goes on from what the stack was asked to be; a rollback puts that back. */
export async function updateTo(
  record: StackRecord,
  request: StackRecord['request'],
  carry: () => Promise<void>,
): Promise<void> {
  const before = record.request;
  record.request = request;
  await carry();
  if (record.status === 'UPDATE_ROLLBACK_COMPLETE') record.request = before;
}

async function remove(input: Input, caller: Place, options: CloudformationOptions): Promise<Output> {
  if (text(input, 'DeletionMode') === 'FORCE_DELETE_STACK')
    throw notServed('cloudformation: DeleteStack with DeletionMode FORCE_DELETE_STACK');
  const { book } = options;
  const record = lookUpStack(book, caller, requiredText(input, 'StackName'));
  // To delete what is not there is no mistake.
  if (record === undefined || record.deletedAt !== undefined) return {};
  if (record.protected) {
    throw validationError(`Stack [${record.name}] cannot be deleted while TerminationProtection is enabled`);
  }
  record.token = text(input, 'ClientRequestToken');
  await removeStack(record, texts(input, 'RetainResources'), toDeployment(options));
  return {};
}

async function roll(input: Input, caller: Place, options: CloudformationOptions): Promise<Output> {
  const { book } = options;
  const record = findStack(book, caller, input, absent);
  if (record.status !== 'CREATE_FAILED' && record.status !== 'UPDATE_FAILED')
    throw validationError(`Stack:${record.id} is in ${record.status} state and can not be rolled back.`);
  const snapshot = book.records.kept(record.id) ?? toSnapshot(book.stacks.get(record.key), record);
  record.token = text(input, 'ClientRequestToken');
  await rollBack(snapshot, record, { reason: 'User Initiated', remove: false }, toDeployment(options));
  return { StackId: record.id };
}

function isRepeated(record: StackRecord, input: Input): boolean {
  const token = text(input, 'ClientRequestToken');
  return token !== undefined && record.token === token;
}
