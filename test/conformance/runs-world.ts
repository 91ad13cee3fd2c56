/** What the suite of Runs works with: requests as a worker makes them, and a world for each test. */
import { afterEach, beforeEach } from 'vitest';
import type { WireError } from '../../lib/errors.ts';
import type { ClaimOutcome, ClaimRequest, RunRecord, Runs } from '../../lib/runtime/ports.ts';

/** An implementation, and time on the store's own clock. */
export interface RunsWorld {
  readonly runs: Runs;
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

export type OpenRuns = () => Promise<RunsWorld>;

/** The workers' clock, which a test moves by what it says in its requests. */
export const T = Date.parse('2026-01-01T00:00:00Z');
export const LEASE = T + 35_000;
export const AFTER = LEASE + 1;
export const BOOM: WireError = {
  code: 'BOOM',
  name: 'Error',
  message: 'boom',
  stack: 'Error: boom\n    at run',
};

/** A message on a standard queue, whose copies count their retries themselves. */
export const standard: ClaimRequest = {
  id: 'run-1',
  task: 'charge',
  queue: 'payments',
  generation: 0,
  retries: 0,
  sentAt: T - 500,
  now: T,
};

/** A message on an ordered queue: it cannot be rewritten, so its record counts. */
export const ordered: ClaimRequest = withoutRetries(standard);

/** The outcome of a claim that is given. */
export function claimed(retries = 0, crashes = 0): ClaimOutcome {
  return { kind: 'claimed', retries, crashes };
}

/** Opens a world before each test of a block and closes it after; the members are that world's. */
export function eachWorld(open: OpenRuns): Runs & {
  recordOf(id?: string): Promise<RunRecord | undefined>;
  advance(ms: number): Promise<void>;
} {
  let world: RunsWorld;
  beforeEach(async () => {
    world = await open();
  });
  afterEach(() => world.close());
  return {
    claim: (...given) => world.runs.claim(...given),
    complete: (...given) => world.runs.complete(...given),
    release: (...given) => world.runs.release(...given),
    giveBack: (...given) => world.runs.giveBack(...given),
    wait: (...given) => world.runs.wait(...given),
    noteCopy: (...given) => world.runs.noteCopy(...given),
    finish: (...given) => world.runs.finish(...given),
    settle: (...given) => world.runs.settle(...given),
    read: (...given) => world.runs.read(...given),
    recordOf: async (id = standard.id) => (await world.runs.read([id])).get(id),
    advance: (ms) => world.advance(ms),
  };
}

function withoutRetries({ retries: _, ...rest }: ClaimRequest): ClaimRequest {
  return rest;
}
