/** Making, finding, changing and deleting archives. */
import type { Input, Output } from '../service.ts';
import { expire } from './archiving.ts';
import { choice, pageOf, readName, requiredText, text, whole } from './fields.ts';
import { ARCHIVES_MAX } from './limits.ts';
import { alreadyExists, busDoesNotExist, constraint, invalid, notFound, overLimit } from './refusal.ts';
import { readPattern } from './rules.ts';
import { type Archive, type Call, findBus, type State, toArn } from './state.ts';

const RETENTION_DAYS_MAX = 2_147_483_647;
const STATES = ['ENABLED', 'DISABLED', 'CREATING', 'UPDATING', 'CREATE_FAILED', 'UPDATE_FAILED'];

export function createArchive(call: Call): Output {
  const { caller, input, now, state } = call;
  const name = readName(input, 'ArchiveName', 48);
  const busArn = requiredText(input, 'EventSourceArn');
  const settings = readSettings(input);
  const bus = findBus(state, busArn, caller);
  if (bus === undefined) throw busDoesNotExist(busArn.split('event-bus/').at(-1) ?? busArn);
  const { archives } = state.at(caller);
  if (archives.has(name)) throw alreadyExists(`Archive ${name}`);
  if (archives.size >= ARCHIVES_MAX) throw overLimit();
  const archive: Archive = {
    ...{ name, arn: toArn(caller, `archive/${name}`), busArn: bus.arn, createdAt: now, events: [], bytes: 0 },
    ...{ description: undefined, pattern: undefined, retentionDays: 0, kmsKey: undefined },
    ...settings,
  };
  archives.set(name, archive);
  return toAnswer(archive);
}

export function describeArchive(call: Call): Output {
  const archive = archiveOf(call);
  return {
    ArchiveArn: archive.arn,
    ...show(call.state, archive, call.now),
    ...(archive.description !== undefined && { Description: archive.description }),
    ...(archive.pattern !== undefined && { EventPattern: archive.pattern.text }),
    ...(archive.kmsKey !== undefined && { KmsKeyIdentifier: archive.kmsKey }),
  };
}

/** Changes what the request says; AWS's own answer for an archive that is not there is an internal error. */
export function updateArchive(call: Call): Output {
  const archive = archiveOf(call);
  Object.assign(archive, readSettings(call.input));
  return toAnswer(archive);
}

export function deleteArchive(call: Call): Output {
  const archive = archiveOf(call);
  call.state.at(call.caller).archives.delete(archive.name);
  call.state.keeper?.forgotten(archive, archive.events);
  return {};
}

export function listArchives(call: Call): Output {
  const { caller, input, now, state } = call;
  const prefix = text(input, 'NamePrefix');
  const busArn = text(input, 'EventSourceArn');
  const wanted = choice(input, 'State', STATES);
  if ([prefix, busArn, wanted].filter((filter) => filter !== undefined).length > 1) {
    const rule = 'Use either : State, EventSourceArn, or NamePrefix.';
    throw invalid(`At most one filter is allowed for ListArchives. ${rule}`);
  }
  if (busArn !== undefined && findBus(state, busArn, caller) === undefined) {
    throw busDoesNotExist(busArn.split('event-bus/').at(-1) ?? busArn);
  }
  const found = [...state.at(caller).archives.values()].filter(
    (archive) =>
      archive.name.startsWith(prefix ?? '') &&
      (busArn === undefined || archive.busArn === busArn) &&
      (wanted === undefined || wanted === 'ENABLED'),
  );
  return pageOf(
    input,
    'Archives',
    found.map((archive) => show(state, archive, now)),
  );
}

function archiveOf(call: Call): Archive {
  const name = readName(call.input, 'ArchiveName', 48);
  const archive = call.state.at(call.caller).archives.get(name);
  if (archive === undefined) throw notFound(`Archive ${name} does not exist.`);
  return archive;
}

function readSettings(
  input: Input,
): Partial<Pick<Archive, 'description' | 'pattern' | 'retentionDays' | 'kmsKey'>> {
  const description = text(input, 'Description');
  if (description !== undefined && description.length > 512) {
    throw constraint(description, 'description', 'have length less than or equal to 512');
  }
  const pattern = readPattern(input);
  const retentionDays = whole(input, 'RetentionDays', 0, RETENTION_DAYS_MAX);
  const kmsKey = text(input, 'KmsKeyIdentifier');
  return {
    ...(description !== undefined && { description }),
    // An empty pattern takes the one there is away.
    ...(text(input, 'EventPattern') !== undefined && { pattern }),
    ...(retentionDays !== undefined && { retentionDays }),
    ...(kmsKey !== undefined && { kmsKey }),
  };
}

function show(state: State, archive: Archive, now: number): Readonly<Record<string, unknown>> {
  expire(state, archive, now);
  return {
    ArchiveName: archive.name,
    EventSourceArn: archive.busArn,
    State: 'ENABLED',
    RetentionDays: archive.retentionDays,
    SizeBytes: archive.bytes,
    EventCount: archive.events.length,
    CreationTime: new Date(archive.createdAt),
  };
}

function toAnswer(archive: Archive): Output {
  return { ArchiveArn: archive.arn, State: 'ENABLED', CreationTime: new Date(archive.createdAt) };
}
