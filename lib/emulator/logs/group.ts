/** A log group's state. */
import type { Place } from '../operations.ts';

export interface LogEvent {
  /** Counts up in its group: the order of arrival. */
  readonly id: number;
  readonly stream: string;
  readonly message: string;
  readonly at: number;
  readonly ingestedAt: number;
}

export interface Stream {
  readonly name: string;
  readonly createdAt: number;
  count: number;
  firstAt: number | undefined;
  lastAt: number | undefined;
}

export interface Group {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly streams: Map<string, Stream>;
  /** Of all streams, in the order of arrival. */
  events: LogEvent[];
  /** The id of the next event. */
  next: number;
  retentionDays?: number | undefined;
  tags: Readonly<Record<string, string>>;
}

const DAY_MS = 86_400_000;

/** Makes a group without streams. */
export function newGroup(name: string, { account, region }: Place, at: number): Group {
  const arn = `arn:aws:logs:${region}:${account}:log-group:${name}`;
  return { name, arn, createdAt: at, streams: new Map(), events: [], next: 0, tags: {} };
}

/** Makes a stream without events. */
export function newStream(name: string, at: number): Stream {
  return { name, createdAt: at, count: 0, firstAt: undefined, lastAt: undefined };
}

/** The events that the group's retention has not ended yet. */
export function kept(group: Group, now: number): readonly LogEvent[] {
  if (group.retentionDays === undefined) return group.events;
  const oldest = now - group.retentionDays * DAY_MS;
  return group.events.filter((event) => event.at >= oldest);
}
