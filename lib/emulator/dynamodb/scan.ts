/** Scan: a whole table or index, or one segment of it, in the order of its partitions' hashes. */
import type { Output } from '../service.ts';
import { type Context, findTable } from './context.ts';
import { Expressions } from './expression/expressions.ts';
import { type Fields, members, optionalNumber, optionalText, refuseUnknown } from './input.ts';
import { segmentText } from './key-code.ts';
import { refuseLegacy } from './legacy.ts';
import { SEGMENTS_MAX } from './limits.ts';
import { constrainRead, readFilter } from './query.ts';
import { checkSelect, openSource, parseStartKey, readPage, startText, toSelection } from './read-source.ts';
import { validation } from './refusals.ts';

const EXPRESSIONS = ['ProjectionExpression', 'FilterExpression'] as const;
const LEGACY = ['AttributesToGet', 'ScanFilter', 'ConditionalOperator'] as const;
const MEMBERS = members(
  ...EXPRESSIONS,
  ...LEGACY,
  'TableName',
  'IndexName',
  'Select',
  'Limit',
  'ConsistentRead',
  'ExclusiveStartKey',
  'ReturnConsumedCapacity',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
  'Segment',
  'TotalSegments',
);

export function scan(context: Context, input: Fields): Output {
  refuseUnknown('Scan', input, MEMBERS);
  constrainRead(input, (constraints) => {
    constraints.range('segment', optionalNumber(input, 'Segment'), 0, SEGMENTS_MAX - 1);
    constraints.range('totalSegments', optionalNumber(input, 'TotalSegments'), 1, SEGMENTS_MAX);
  });
  refuseLegacy(input, LEGACY, EXPRESSIONS);
  const start = parseStartKey(input);
  const { segment, segments } = readSegment(input);
  const expressions = new Expressions(input, context.expressions, EXPRESSIONS);
  const { filter, paths } = readFilter(input, expressions);
  checkSelect(input);
  expressions.finish();
  const source = openSource(findTable(context, optionalText(input, 'TableName') ?? ''), input);
  const selection = toSelection(input, source, expressions, filter, paths);
  const low = segmentText(segment, segments);
  const high = segmentText(segment + 1, segments);
  const position = start === undefined ? undefined : startText(source, start);
  if (position !== undefined && (position < low || position >= high)) {
    const segmentOf = `TotalSegments: ${segments} Segment: ${segment}`;
    const problem = 'Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment';
    throw validation(`The provided starting key is invalid: ${problem}. ${segmentOf}`);
  }
  // The first text after the position.
  const walk = { low: position === undefined ? low : `${position}\u0000`, high, forward: true };
  return readPage(context, 'Scan', input, source, walk, selection);
}

function readSegment(input: Fields): { readonly segment: number; readonly segments: number } {
  const segment = optionalNumber(input, 'Segment');
  const segments = optionalNumber(input, 'TotalSegments');
  const absent = 'parameter is required but was not present in the request when';
  if (segment === undefined && segments === undefined) return { segment: 0, segments: 1 };
  if (segments === undefined) throw validation(`The TotalSegments ${absent} Segment parameter is present`);
  if (segment === undefined) throw validation(`The Segment ${absent} parameter TotalSegments is present`);
  if (segment >= segments) {
    const rule = 'The Segment parameter is zero-based and must be less than parameter TotalSegments';
    throw validation(`${rule}: Segment: ${segment} is not less than TotalSegments: ${segments}`);
  }
  return { segment, segments };
}
