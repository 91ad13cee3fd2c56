/** Which events of a PutLogEvents are not taken, because of their time. */
import type { Output } from '../service.ts';
import type { Group, LogEvent } from './group.ts';

const DAY_MS = 86_400_000;
/** "None of the log events in the batch can be more than 14 days in the past" (PutLogEvents). */
const PAST_MAX_MS = 14 * DAY_MS;
/** "None of the log events in the batch can be more than 2 hours in the future" (PutLogEvents). */
const FUTURE_MAX_MS = 2 * 3_600_000;

type Event = Pick<LogEvent, 'message' | 'at'>;

interface Sifted {
  readonly taken: readonly Event[];
  /** The member of the answer that tells of the others; empty where all were taken. */
  readonly rejected: Output;
}

/** Sifts events in the order of their times; what is rejected does not fail the others. */
export function sift(events: readonly Event[], group: Group, now: number): Sifted {
  const before = (time: number) => events.filter(({ at }) => at < time).length;
  const days = group.retentionDays;
  const tooOld = before(now - PAST_MAX_MS);
  const expired = days === undefined ? 0 : before(now - days * DAY_MS);
  const tooNew = before(now + FUTURE_MAX_MS + 1);
  const info = {
    ...(tooOld === 0 ? {} : { tooOldLogEventEndIndex: tooOld }),
    ...(expired === 0 ? {} : { expiredLogEventEndIndex: expired }),
    ...(tooNew === events.length ? {} : { tooNewLogEventStartIndex: tooNew }),
  };
  const taken = events.slice(Math.max(tooOld, expired), tooNew);
  return { taken, rejected: Object.keys(info).length === 0 ? {} : { rejectedLogEventsInfo: info } };
}
