/** How events are read: those of one stream by place, those of a group by a filter. */
import { ServiceError } from '../error.ts';
import { flag, notServed, number, page, text, texts } from '../operations.ts';
import type { Input, Output } from '../service.ts';
import { type Group, kept, type LogEvent, type Stream } from './group.ts';

const PAGE = 10_000;

/** GetLogEvents: tokens are places in the stream, so that a reader can wait for more. */
export function getEvents(group: Group, stream: Stream, input: Input, now: number): Output {
  const all = between(kept(group, now), input).filter((event) => event.stream === stream.name);
  const limit = number(input, 'limit') ?? PAGE;
  const [, direction, place] = /^([fb])\/(\d+)$/.exec(text(input, 'nextToken') ?? '') ?? [];
  const end = all.length;
  const at = place === undefined ? undefined : Number(place);
  // A token holds the id at which reading goes on, whatever was dropped from the front meanwhile.
  const index = at === undefined ? undefined : all.findIndex((event) => event.id >= at);
  const position = index === undefined ? undefined : index < 0 ? end : index;
  const first = position ?? (flag(input, 'startFromHead') ? 0 : Math.max(0, end - limit));
  const start = direction === 'b' ? Math.max(0, first - limit) : first;
  const events = all.slice(start, direction === 'b' ? first : start + limit);
  const last = events.at(-1)?.id;
  const forward = last === undefined ? (at ?? group.next) : last + 1;
  return {
    events: events.map(({ message, at: timestamp, ingestedAt }) => ({
      ...{ message, timestamp, ingestionTime: ingestedAt },
    })),
    nextForwardToken: `f/${forward}`,
    nextBackwardToken: `b/${events[0]?.id ?? at ?? 0}`,
  };
}

/** FilterLogEvents over the streams of a group. */
export function filterEvents(group: Group, input: Input, now: number): Output {
  const names = texts(input, 'logStreamNames');
  const prefix = text(input, 'logStreamNamePrefix');
  const matches = toMatcher(text(input, 'filterPattern') ?? '');
  const all = between(kept(group, now), input)
    .filter(({ stream }) => names.length === 0 || names.includes(stream))
    .filter(({ stream }) => prefix === undefined || stream.startsWith(prefix))
    .filter(({ message }) => matches(message))
    .sort((a, b) => a.at - b.at || a.id - b.id);
  const { items, next } = page(all, text(input, 'nextToken'), number(input, 'limit') ?? PAGE);
  return {
    events: items.map(({ id, stream, message, at, ingestedAt }) => ({
      ...{ eventId: String(id).padStart(20, '0'), logStreamName: stream },
      ...{ message, timestamp: at, ingestionTime: ingestedAt },
    })),
    searchedLogStreams: [],
    ...(next === undefined ? {} : { nextToken: next }),
  };
}

function between(events: readonly LogEvent[], input: Input): readonly LogEvent[] {
  const start = number(input, 'startTime') ?? Number.NEGATIVE_INFINITY;
  const end = number(input, 'endTime') ?? Number.POSITIVE_INFINITY;
  return events.filter(({ at }) => at >= start && at <= end);
}

/**
 * Patterns of words: all plain ones, none with a minus, any with a question mark; quoted ones hold spaces.
 */
function toMatcher(pattern: string): (message: string) => boolean {
  const trimmed = pattern.trim();
  if (/^[{[%]/.test(trimmed)) throw notServed(`logs: the filter pattern ${trimmed}`);
  const words = [...trimmed.matchAll(/([-?]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)].map(
    ([, sign = '', quoted, plain = '']) => ({ sign, word: quoted?.replace(/\\(.)/g, '$1') ?? plain }),
  );
  if (words.some(({ word }) => word === ''))
    throw new ServiceError('InvalidParameterException', 'Invalid filter pattern');
  const all = words.filter(({ sign }) => sign === '');
  const any = words.filter(({ sign }) => sign === '?');
  const none = words.filter(({ sign }) => sign === '-');
  return (message) =>
    all.every(({ word }) => message.includes(word)) &&
    !none.some(({ word }) => message.includes(word)) &&
    (any.length === 0 || any.some(({ word }) => message.includes(word)));
}
