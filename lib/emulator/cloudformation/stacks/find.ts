/** Which stack and which change set a request means. */
import { ServiceError } from '../../error.ts';
import { type Place, requiredText, text } from '../../operations.ts';
import type { Input } from '../../service.ts';
import type { StackBook } from '../book.ts';
import { toStackKey } from '../draft.ts';
import { validationError } from './plan-stack.ts';
import type { ChangeSet, StackRecord } from './record.ts';

/** A stack by its name, or by its id, by which deleted ones are found too. */
export function lookUpStack(book: StackBook, place: Place, name: string): StackRecord | undefined {
  if (name.startsWith('arn:')) return book.records.byId(name);
  return book.records.current(toStackKey(place.account, place.region, name));
}

/** The stack of a request, or CloudFormation's words for there being none. */
export function findStack(
  book: StackBook,
  place: Place,
  input: Input,
  words: (name: string) => string = (name) => `Stack with id ${name} does not exist`,
): StackRecord {
  const name = requiredText(input, 'StackName');
  const record = lookUpStack(book, place, name);
  if (record === undefined) throw validationError(words(name));
  return record;
}

/** The words of the operations that change stacks. */
export function absent(name: string): string {
  return `Stack [${name}] does not exist`;
}

/** The change set of a request, named by its ARN or by its name and its stack's. */
export function findChangeSet(
  book: StackBook,
  place: Place,
  input: Input,
): { readonly record: StackRecord; readonly changeSet: ChangeSet } {
  const name = requiredText(input, 'ChangeSetName');
  const stack = text(input, 'StackName');
  const records =
    stack === undefined
      ? [...book.records.all()].filter(({ deletedAt }) => deletedAt === undefined)
      : [findStack(book, place, { StackName: stack }, absent)];
  for (const record of records) {
    const changeSet = [...record.changeSets.values()].find((each) => each.id === name || each.name === name);
    if (changeSet !== undefined) return { record, changeSet };
  }
  const message = `ChangeSet [${name}] does not exist`;
  throw new ServiceError('ChangeSetNotFoundException', message, { status: 404 });
}

/** Refuses a name that no stack can have. */
export function checkName(name: string): void {
  const problem = `1 validation error detected: Value '${name}' at 'stackName' failed to satisfy constraint:`;
  if (!/^[a-zA-Z][-a-zA-Z0-9]*$/.test(name)) {
    throw validationError(`${problem} Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*`);
  }
  if (name.length > 128)
    throw validationError(`${problem} Member must have length less than or equal to 128`);
}

/** Refuses to change a stack that is not in a state to be changed. */
export function checkChangeable({ id, status }: StackRecord): void {
  const settled = /_COMPLETE$/.test(status) && status !== 'ROLLBACK_COMPLETE' && status !== 'DELETE_COMPLETE';
  if (settled || status === 'CREATE_FAILED' || status === 'UPDATE_FAILED') return;
  throw validationError(`Stack:${id} is in ${status} state and can not be updated.`);
}
