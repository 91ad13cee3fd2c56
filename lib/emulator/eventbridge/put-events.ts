/** PutEvents and TestEventPattern. */
import { notServed } from '../operations.ts';
import { compileEventPattern } from '../pattern/event-pattern.ts';
import type { Input, Output } from '../service.ts';
import { randomId } from '../sqs/state.ts';
import { toEventTime } from './event.ts';
import { list, parseObject, requiredText, structure, text, texts, time } from './fields.ts';
import { DETAIL_LEVELS_MAX, DETAIL_TYPE_MAX, ENTRIES_BYTES_MAX, ENTRIES_MAX, TIME_BYTES } from './limits.ts';
import { constraint, invalid, invalidParameter } from './refusal.ts';
import { route } from './routing.ts';
import { type Call, findBus } from './state.ts';

interface Failure {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

/** Answers for each entry; one that is wrong does not stop the others. */
export function putEvents(call: Call): Output {
  const { input } = call;
  if (text(input, 'EndpointId') !== undefined) throw notServed('eventbridge: PutEvents with EndpointId');
  const entries = list(input, 'Entries').map((item) => structure(item, 'Entries'));
  if (entries.length < 1 || entries.length > ENTRIES_MAX) {
    const rule = entries.length < 1 ? 'greater than or equal to 1' : `less than or equal to ${ENTRIES_MAX}`;
    throw constraint(`[${entries.map(name).join(', ')}]`, 'entries', `have length ${rule}`);
  }
  if (entries.reduce((sum, entry) => sum + bytesOf(entry), 0) >= ENTRIES_BYTES_MAX) {
    throw invalid('Total size of the entries in the request is over the limit.');
  }
  const results = entries.map((entry) => putEntry(call, entry));
  return {
    FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length,
    Entries: results,
  };
}

/** Whether an event fits a pattern. */
export function testEventPattern(call: Call): Output {
  const pattern = requiredText(call.input, 'EventPattern');
  const event = parseObject(requiredText(call.input, 'Event'));
  const compiled = compileEventPattern(pattern);
  if (event === undefined) throw invalidParameter('Event', 'Event is not a valid JSON object.');
  const needed = ['id', 'detail-type', 'source', 'account', 'time', 'region', 'resources'];
  const absent = needed.find((member) => event[member] === undefined);
  if (absent !== undefined) throw invalidParameter('Event', `Event must contain the field ${absent}.`);
  return { Result: compiled.matches(event) };
}

function putEntry(call: Call, entry: Input): { readonly EventId: string } | Failure {
  const { caller, now, state } = call;
  const [source, detailType, detail] = [
    text(entry, 'Source'),
    text(entry, 'DetailType'),
    text(entry, 'Detail'),
  ];
  const parsed = parseObject(detail ?? '');
  const failure = checkEntry(source, detailType, detail) ?? checkDetail(parsed, detail ?? '');
  if (failure !== undefined) return failure;
  const id = randomId(state.random);
  const busName = text(entry, 'EventBusName') ?? 'default';
  const bus = findBus(state, busName, caller);
  // Recorded on AWS: an event for a bus that is not there is accepted, and lost.
  if (bus === undefined) return { EventId: id };
  const event = {
    version: '0' as const,
    id,
    'detail-type': detailType ?? '',
    source: source ?? '',
    account: caller.account,
    time: toEventTime(time(entry, 'Time') ?? now),
    region: bus.region,
    resources: texts(entry, 'Resources'),
    detail: parsed,
  };
  route(state, bus, { event, ingestedAt: now, forwarded: false });
  return { EventId: id };
}

function checkEntry(
  source: string | undefined,
  detailType: string | undefined,
  detail: string | undefined,
): Failure | undefined {
  const required = { Source: source, DetailType: detailType, Detail: detail };
  for (const [name, value] of Object.entries(required)) {
    if (value === undefined || value === '') return wrong(name, `${name} is a required argument.`);
  }
  if (source !== undefined && /^aws\./i.test(source)) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  if (detailType !== undefined && detailType.length > DETAIL_TYPE_MAX) {
    return wrong('DetailType', `DetailType can have at most ${DETAIL_TYPE_MAX} characters.`);
  }
  return undefined;
}

function checkDetail(parsed: Input | undefined, detail: string): Failure | undefined {
  if (parsed !== undefined && levels(detail) <= DETAIL_LEVELS_MAX) return undefined;
  return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
}

function wrong(parameter: string, reason: string): Failure {
  const message = `Parameter ${parameter} is not valid. Reason: ${reason}`;
  return { ErrorCode: 'InvalidArgument', ErrorMessage: message };
}

/** How deep valid JSON is. */
function levels(json: string): number {
  let [depth, deepest, quoted] = [0, 0, false];
  for (let at = 0; at < json.length; at++) {
    const character = json.charCodeAt(at);
    if (character === 0x5c) at += 1;
    else if (character === 0x22) quoted = !quoted;
    else if (quoted) continue;
    else if (character === 0x7b || character === 0x5b) deepest = Math.max(deepest, ++depth);
    else if (character === 0x7d || character === 0x5d) depth -= 1;
  }
  return deepest;
}

/** What an entry counts (user guide, "Calculating PutEvents event entry size"). */
function bytesOf(entry: Input): number {
  const counted = [
    text(entry, 'Source'),
    text(entry, 'DetailType'),
    text(entry, 'Detail'),
    ...texts(entry, 'Resources'),
  ];
  const bytes = counted.reduce((sum, part) => sum + Buffer.byteLength(part ?? ''), 0);
  return bytes + (entry.Time === undefined ? 0 : TIME_BYTES);
}

function name(entry: Input): string {
  const [source, detailType] = [text(entry, 'Source') ?? null, text(entry, 'DetailType') ?? null];
  return `PutEventsRequestEntry(source=${source}, detailType=${detailType})`;
}
