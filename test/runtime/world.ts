/** Ports as small objects, for tests of what the runtime asks of them. */
import type {
  Chance,
  Clock,
  EntryFailure,
  LogLine,
  OutgoingMessage,
  Queues,
} from '../../lib/runtime/ports.ts';

export const NOW = Date.parse('2026-01-01T00:00:00Z');

/** A clock on which every wait is over at once; `waits` tells them, `now` has moved by them. */
export interface PatientClock extends Clock {
  readonly waits: readonly number[];
}

export function patientClock(): PatientClock {
  const waits: number[] = [];
  let now = NOW;
  return {
    waits,
    now: () => now,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      waits.push(ms);
      now += ms;
    },
    alarm: () => () => {},
    run: (_name, work) => work(),
    waiting: (promise) => promise,
  };
}

/** One call of `send`. */
export interface SendCall {
  readonly queueName: string;
  readonly bodies: readonly string[];
}

export type Answer = (
  call: SendCall,
  index: number,
) => readonly EntryFailure[] | Promise<readonly EntryFailure[]>;

/** Queues that tell what was sent, and answer as the test says; every entry is taken by default. */
export function stubQueues(answer: Answer = () => []): Queues & { readonly calls: readonly SendCall[] } {
  const calls: SendCall[] = [];
  return {
    calls,
    async send(queueName, messages) {
      const call = { queueName, bodies: messages.map(({ body }) => body) };
      calls.push(call);
      return answer(call, calls.length - 1);
    },
    remove: async () => [],
    hide: async () => [],
  };
}

/** Ports of a client that keeps no records. */
export function stubPorts(queues: Queues, clock: Clock = patientClock()) {
  const lines: LogLine[] = [];
  const chance: Chance = () => 0.5;
  return { queues, clock, chance, runs: undefined, log: (line: LogLine) => lines.push(line), lines };
}

/** A message of an ordered queue. */
export function inGroup(body: string, group = 'all'): OutgoingMessage {
  return { body, group, deduplication: body };
}

/** A failed entry that may be mended by sending it again. */
export function busy(index: number): EntryFailure {
  return { index, code: 'ServiceUnavailable', message: 'try again', retryable: true };
}

/** What came of each send: undefined, or the error's text. */
export async function outcomes(sends: readonly Promise<void>[]): Promise<readonly (string | undefined)[]> {
  const settled = await Promise.allSettled(sends);
  return settled.map((one) =>
    one.status === 'fulfilled' ? undefined : `${one.reason.code} ${one.reason.message}`,
  );
}
