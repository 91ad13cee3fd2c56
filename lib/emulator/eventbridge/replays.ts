/** Replays: archived events go to their bus's rules once more, a minute of them at a time, on the clock. */
import { ServiceError } from '../error.ts';
import type { Input, Output } from '../service.ts';
import { expire } from './archiving.ts';
import { choice, pageOf, readName, requiredText, structure, text, texts, time } from './fields.ts';
import { REPLAY_BUCKET_MS, REPLAY_STEP_MS, REPLAYS_RUNNING_MAX } from './limits.ts';
import {
  alreadyExists,
  busDoesNotExist,
  constraint,
  invalid,
  invalidParameter,
  notFound,
  overLimit,
} from './refusal.ts';
import { route } from './routing.ts';
import {
  type Archive,
  type ArchivedEvent,
  type Call,
  findBus,
  type Replay,
  type State,
  toArn,
} from './state.ts';

const STATES = ['STARTING', 'RUNNING', 'CANCELLING', 'COMPLETED', 'CANCELLED', 'FAILED'];

export function startReplay(call: Call): Output {
  const { caller, input, now, state } = call;
  const name = readName(input, 'ReplayName', 64);
  const archiveArn = requiredText(input, 'EventSourceArn');
  const destination = readDestination(input);
  const from = requiredTime(input, 'EventStartTime');
  const to = requiredTime(input, 'EventEndTime');
  const region = state.at(caller);
  if (findBus(state, destination.Arn, caller) === undefined) {
    throw busDoesNotExist(destination.Arn.split('event-bus/').at(-1) ?? destination.Arn);
  }
  const archiveName = archiveArn.split('archive/').at(-1) ?? archiveArn;
  const archive = region.archives.get(archiveName);
  if (archive?.arn !== archiveArn) {
    throw invalidParameter('EventSourceArn', `Archive ${archiveName} does not exist.`);
  }
  if (archive.busArn !== destination.Arn) {
    throw invalidParameter('Destination.Arn', 'Cross event bus replay is not permitted.');
  }
  if (from >= to) throw invalidParameter('EventEndTime', 'EventStartTime must be before EventEndTime.');
  if (region.replays.has(name)) throw alreadyExists(`Replay ${name}`);
  const running = [...region.replays.values()].filter(
    ({ state: each }) => each === 'STARTING' || each === 'RUNNING',
  );
  if (running.length >= REPLAYS_RUNNING_MAX) throw overLimit();
  const replay: Replay = {
    ...{ name, arn: toArn(caller, `replay/${name}`), archiveArn, destination, from, to, startedAt: now },
    description: text(input, 'Description'),
    ...{ state: 'STARTING', lastReplayed: undefined, endedAt: undefined, cancel: undefined },
    ...{ lastMinute: undefined, nextAt: now },
  };
  region.replays.set(name, replay);
  expire(state, archive, now);
  run(state, replay, toBuckets(archive, replay));
  return { ReplayArn: replay.arn, State: 'STARTING', ReplayStartTime: new Date(now) };
}

export function describeReplay(call: Call): Output {
  const replay = replayOf(call);
  return {
    ReplayArn: replay.arn,
    ...show(replay),
    Destination: replay.destination,
    ...(replay.description !== undefined && { Description: replay.description }),
  };
}

export function listReplays(call: Call): Output {
  const { caller, input, state } = call;
  const prefix = text(input, 'NamePrefix');
  const archiveArn = text(input, 'EventSourceArn');
  const wanted = choice(input, 'State', STATES);
  if ([prefix, archiveArn, wanted].filter((filter) => filter !== undefined).length > 1) {
    const rule = 'Use either : State, EventSourceArn, or NamePrefix.';
    throw invalid(`At most one filter is allowed for ListReplays. ${rule}`);
  }
  const found = [...state.at(caller).replays.values()].filter(
    (replay) =>
      replay.name.startsWith(prefix ?? '') &&
      (archiveArn === undefined || replay.archiveArn === archiveArn) &&
      (wanted === undefined || replay.state === wanted),
  );
  return pageOf(input, 'Replays', found.map(show));
}

export function cancelReplay(call: Call): Output {
  const replay = replayOf(call);
  if (replay.state !== 'STARTING' && replay.state !== 'RUNNING') {
    const message = `Replay ${replay.name} is not in a valid state for this operation.`;
    throw new ServiceError('IllegalStatusException', message);
  }
  replay.cancel?.();
  replay.state = 'CANCELLING';
  replay.nextAt = call.now + REPLAY_STEP_MS;
  setEnd(call.state, replay);
  return { ReplayArn: replay.arn, State: 'CANCELLING' };
}

/** Goes on with a replay that an earlier process has begun. */
export function resumeReplay(state: State, replay: Replay): void {
  if (replay.cancel !== undefined) return;
  if (replay.state === 'CANCELLING') setEnd(state, replay);
  if (replay.state !== 'STARTING' && replay.state !== 'RUNNING') return;
  const [, , , region = '', account = ''] = replay.arn.split(':');
  const archives = [...state.at({ account, region }).archives.values()];
  const archive = archives.find(({ arn }) => arn === replay.archiveArn);
  if (archive === undefined) end(state, replay, 'FAILED');
  else run(state, replay, toBuckets(archive, replay));
}

function setEnd(state: State, replay: Replay): void {
  const { clock } = state.options;
  const at = Math.max(replay.nextAt, clock.now());
  replay.cancel = clock.at(at, () => end(state, replay, 'CANCELLED'));
}

/** Replays one minute's events, and sets the time for the next. */
function run(state: State, replay: Replay, buckets: readonly Bucket[]): void {
  const { clock } = state.options;
  replay.cancel = clock.at(Math.max(replay.nextAt, clock.now()), () => {
    replay.state = 'RUNNING';
    const [bucket, ...rest] = buckets;
    for (const archived of bucket?.events ?? []) replayOne(state, replay, archived);
    replay.lastMinute = bucket?.minute;
    replay.nextAt = clock.now() + REPLAY_STEP_MS;
    if (rest.length === 0) end(state, replay, 'COMPLETED');
    else {
      run(state, replay, rest);
      state.keeper?.replayed();
    }
  });
}

function replayOne(state: State, replay: Replay, { event, time }: ArchivedEvent): void {
  const bus = findBus(state, replay.destination.Arn, { account: '', region: '' });
  if (bus === undefined) return;
  const { detail, resources, ...rest } = event;
  const again = { ...rest, 'replay-name': replay.name, resources, detail };
  const only = replay.destination.FilterArns;
  const arrival = { event: again, ingestedAt: state.options.clock.now(), forwarded: false };
  route(state, bus, arrival, only === undefined ? undefined : new Set(only));
  replay.lastReplayed = Math.max(replay.lastReplayed ?? 0, time);
}

function end(state: State, replay: Replay, how: 'COMPLETED' | 'CANCELLED' | 'FAILED'): void {
  replay.state = how;
  replay.endedAt = state.options.clock.now();
  replay.cancel = undefined;
  state.keeper?.replayed();
}

interface Bucket {
  readonly minute: number;
  readonly events: readonly ArchivedEvent[];
}

/** What is left of the archived events of a replay's time, minute by minute. */
function toBuckets(archive: Archive, { from, lastMinute, to }: Replay): readonly Bucket[] {
  const buckets = new Map<number, ArchivedEvent[]>();
  for (const archived of archive.events) {
    if (archived.time < from || archived.time >= to) continue;
    const minute = Math.floor(archived.time / REPLAY_BUCKET_MS);
    if (lastMinute !== undefined && minute <= lastMinute) continue;
    const bucket = buckets.get(minute);
    if (bucket === undefined) buckets.set(minute, [archived]);
    else bucket.push(archived);
  }
  return [...buckets].sort(([left], [right]) => left - right).map(([minute, events]) => ({ minute, events }));
}

function replayOf(call: Call): Replay {
  const name = readName(call.input, 'ReplayName', 64);
  const replay = call.state.at(call.caller).replays.get(name);
  if (replay === undefined) throw notFound(`Replay ${name} does not exist.`);
  return replay;
}

function readDestination(input: Input): Replay['destination'] {
  if (input.Destination === undefined) throw constraint(null, 'destination', 'not be null');
  const destination = structure(input.Destination, 'Destination');
  const rules = texts(destination, 'FilterArns');
  const arn = requiredText(destination, 'Arn');
  return { Arn: arn, ...(rules.length > 0 && { FilterArns: rules }) };
}

function requiredTime(input: Input, name: string): number {
  const value = time(input, name);
  if (value === undefined)
    throw constraint(null, `${name.charAt(0).toLowerCase()}${name.slice(1)}`, 'not be null');
  return value;
}

function show(replay: Replay): Readonly<Record<string, unknown>> {
  return {
    ReplayName: replay.name,
    EventSourceArn: replay.archiveArn,
    State: replay.state,
    EventStartTime: new Date(replay.from),
    EventEndTime: new Date(replay.to),
    ReplayStartTime: new Date(replay.startedAt),
    ...(replay.lastReplayed !== undefined && { EventLastReplayedTime: new Date(replay.lastReplayed) }),
    ...(replay.endedAt !== undefined && { ReplayEndTime: new Date(replay.endedAt) }),
  };
}
