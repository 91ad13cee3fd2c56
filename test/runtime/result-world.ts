/** Results over records that a test changes, for tests of who reads what and when. */
import { defineTask } from '#lib';
import { createRandom } from '#lib/testing';
import { newId } from '../../lib/core/id.ts';
import type { Clock, RunRecord, Runs } from '../../lib/runtime/ports.ts';
import { createResults } from '../../lib/runtime/result.ts';
import { NOW, patientClock } from './world.ts';

export const space = { app: 'shop', stage: 'dev' };
export const charge = defineTask('charge', { run: () => 1 });
export const quiet = defineTask('quiet', { result: false, run: () => 1 });

const random = createRandom(1);
export const nextId = () => newId(space, NOW, random);

/** What a run looks like once it has ended. */
export function ended(id: string, more: Partial<RunRecord> = {}): RunRecord {
  const about = { id, task: 'charge', queue: 'payments', generation: 0, retries: 0, sentAt: NOW };
  return { ...about, state: 'SUCCESS', ...more };
}

/** Results over records that the test changes; `reads` tells which ids were asked for together. */
export function createWorld(clock: Clock = patientClock()) {
  const records = new Map<string, RunRecord>();
  const reads: (readonly string[])[] = [];
  const refuse = () => Promise.reject(new Error('a client only reads'));
  const runs: Runs = {
    claim: refuse,
    complete: refuse,
    release: refuse,
    giveBack: refuse,
    wait: refuse,
    finish: refuse,
    noteCopy: refuse,
    settle: refuse,
    async read(ids) {
      reads.push(ids);
      return new Map(ids.flatMap((id) => [...records].filter(([known]) => known === id)));
    },
  };
  const results = createResults({ space, clock, runs });
  return { records, reads, results, get: (id: string) => results.handle(charge, id) };
}
