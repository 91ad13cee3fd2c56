/** A polling worker's signs of life: a record, written at each beat, and the commands that wait in it. */
import { listedUntil, type WorkerCommand, type WorkerRecord } from '../core/worker-record.ts';
import type { Clock, Log } from './ports.ts';
import type { Workers } from './worker-ports.ts';

export interface Registration {
  /** Writes the record now. */
  beat(): Promise<void>;
  /** When a beat last got through; undefined: none yet. */
  beatAt(): number | undefined;
  /** Writes it for the last time. */
  end(): Promise<void>;
}

export interface RegistrationPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly workers: Workers;
}

export function createRegistration(
  { clock, log, workers }: RegistrationPorts,
  beatMs: number,
  describe: () => WorkerRecord,
  obey: (command: WorkerCommand) => void,
): Registration {
  const done = new Set<string>();
  let beatAt: number | undefined;
  let ended = false;
  let last: Promise<void> = Promise.resolve();

  async function write(): Promise<void> {
    try {
      const told = [...done];
      const record = describe();
      const waiting = await workers.beat(record, told, listedUntil(record));
      beatAt = record.beatAt;
      for (const id of told) done.delete(id);
      for (const { id, command } of waiting) {
        // It was done already, and only the answer to the beat that said so was lost.
        if (done.has(id)) continue;
        done.add(id);
        log({ level: 'info', message: 'told', ...command });
        obey(command);
      }
    } catch (error) {
      log({ level: 'warn', message: 'a beat of the worker failed', error: String(error) });
    }
  }

  /** One after the other, so that an older record never replaces a newer one. */
  function beat(): Promise<void> {
    last = last.then(write);
    return last;
  }

  function ring(): void {
    if (ended) return;
    cancel = clock.alarm(beatMs, ring);
    void beat();
  }
  let cancel = clock.alarm(beatMs, ring);
  void beat();

  return {
    beat,
    beatAt: () => beatAt,
    end() {
      ended = true;
      cancel();
      return beat();
    },
  };
}
