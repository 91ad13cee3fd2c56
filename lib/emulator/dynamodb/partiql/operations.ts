/** ExecuteStatement and BatchExecuteStatement. */

import { ServiceError } from '../../error.ts';
import type { Output } from '../../service.ts';
import { type Item, parseItem } from '../attribute-value.ts';
import { constrainCapacity } from '../capacity.ts';
import { type Context, findTable } from '../context.ts';
import {
  asRecord,
  Constraints,
  type Fields,
  members,
  optionalList,
  optionalNumber,
  optionalText,
  refuseUnknown,
} from '../input.ts';
import { STATEMENTS_MAX } from '../limits.ts';
import { validation } from '../refusals.ts';
import { execute, namesItem } from './execute.ts';
import { parseStatement } from './parser.ts';

const MEMBERS = members(
  'Statement',
  'Parameters',
  'ConsistentRead',
  'NextToken',
  'ReturnConsumedCapacity',
  'Limit',
  'ReturnValuesOnConditionCheckFailure',
);
const BATCH_MEMBERS = members('Statements', 'ReturnConsumedCapacity');
const STATEMENT_MEMBERS = members(
  'Statement',
  'Parameters',
  'ConsistentRead',
  'ReturnValuesOnConditionCheckFailure',
);
const STATEMENT_MAX = 8192;

export function executeStatement(context: Context, input: Fields): Output {
  refuseUnknown('ExecuteStatement', input, MEMBERS);
  const constraints = new Constraints();
  constrainCapacity(constraints, input);
  constraints.range('limit', optionalNumber(input, 'Limit'), 1);
  constrainStatement(constraints, input, '');
  constraints.check();
  const token = optionalText(input, 'NextToken');
  const statement = parseStatement(...toStatement(input));
  const start = token === undefined ? undefined : fromToken(token);
  const answer = execute(context, statement, { input, start, wantsItem: wantsItem(input) });
  const last = answer.LastEvaluatedKey;
  return last === undefined ? answer : { ...answer, NextToken: toToken(last) };
}

export function batchExecuteStatement(context: Context, input: Fields): Output {
  refuseUnknown('BatchExecuteStatement', input, BATCH_MEMBERS);
  const statements = optionalList(input, 'Statements');
  const constraints = new Constraints();
  constrainCapacity(constraints, input);
  constraints.required('statements', statements);
  constraints.length('statements', statements, 1, STATEMENTS_MAX);
  const requests = (statements ?? []).map((raw) => asRecord(raw, 'Statements'));
  for (const [index, request] of requests.entries()) {
    refuseUnknown('BatchExecuteStatement', request, STATEMENT_MEMBERS);
    constrainStatement(constraints, request, `statements.${index + 1}.member.`);
  }
  constraints.check();
  refuseMixture(requests);
  const capacity: unknown[] = [];
  const responses = requests.map((request) => executeMember(context, request, input, capacity));
  return { Responses: responses, ...(capacity.length === 0 ? {} : { ConsumedCapacity: capacity }) };
}

/** A batch only reads or only writes (BatchExecuteStatement, API reference); the words are a guess. */
function refuseMixture(requests: readonly Fields[]): void {
  const kinds = new Set(
    requests.flatMap((request) => {
      try {
        return [parseStatement(...toStatement(request)).kind === 'select'];
      } catch {
        // What is wrong with it is its own answer.
        return [];
      }
    }),
  );
  if (kinds.size < 2) return;
  throw validation('The entire batch must consist of either read statements or write statements');
}

function toStatement(request: Fields): [statement: string, parameters: readonly unknown[]] {
  return [optionalText(request, 'Statement') ?? '', optionalList(request, 'Parameters') ?? []];
}

function executeMember(context: Context, request: Fields, batch: Fields, capacity: unknown[]): Fields {
  try {
    const statement = parseStatement(...toStatement(request));
    const table = findTable(context, statement.table);
    if (statement.kind === 'select' && !namesItem(table, statement)) {
      const rule = 'must specify the primary key in the where clause';
      throw validation(`Select statements within BatchExecuteStatement ${rule}.`);
    }
    const input = { ...request, ReturnConsumedCapacity: batch.ReturnConsumedCapacity };
    const answer = execute(context, statement, { input, start: undefined, wantsItem: wantsItem(request) });
    if (answer.ConsumedCapacity !== undefined) capacity.push(answer.ConsumedCapacity);
    const [item] = optionalList(answer, 'Items') ?? [];
    return { TableName: table.name, ...(item === undefined ? {} : { Item: item }) };
  } catch (error) {
    if (!(error instanceof ServiceError) || error.fault === 'receiver') throw error;
    return { Error: toError(error) };
  }
}

/**
 * A refusal as the answer of one statement: without `Exception` at its end, and a validation by another name.
 */
function toError(error: ServiceError): Fields {
  const code =
    error.name === 'ValidationException' ? 'ValidationError' : error.name.replace(/Exception$/, '');
  const item = error.fields.Item;
  return { Code: code, Message: error.message, ...(item === undefined ? {} : { Item: item }) };
}

function constrainStatement(constraints: Constraints, input: Fields, path: string): void {
  constraints.required(`${path}statement`, input.Statement);
  constraints.length(`${path}statement`, optionalText(input, 'Statement'), 1, STATEMENT_MAX);
  const parameters = optionalList(input, 'Parameters');
  constraints.length(`${path}parameters`, parameters, 1, Number.POSITIVE_INFINITY);
}

function wantsItem(input: Fields): boolean {
  return optionalText(input, 'ReturnValuesOnConditionCheckFailure') === 'ALL_OLD';
}

function toToken(key: unknown): string {
  const text = JSON.stringify(key, (_, value: unknown) =>
    value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value,
  );
  return Buffer.from(text).toString('base64');
}

function fromToken(token: string): Item {
  try {
    const raw: unknown = JSON.parse(Buffer.from(token, 'base64').toString(), (_, value: unknown) => {
      const isBytes = typeof value === 'object' && value !== null && 'base64' in value;
      return isBytes ? Uint8Array.from(Buffer.from(String(value.base64), 'base64')) : value;
    });
    return parseItem(raw);
  } catch {
    // Whatever is wrong with it, it is no token of ours.
    throw validation('Given NextToken is invalid');
  }
}
