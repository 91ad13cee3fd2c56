/**
 * Turns: what is handed over in the order in which it was begun, although getting ready takes some longer
 * than others (a schema that asks a database, a payload that goes to the bucket first). Without it, messages
 * of one tick would reach an ordered queue in the order in which their checks end.
 */
import type { Clock } from './ports.ts';

export interface Turns {
  /**
   * Gets ready at once, side by side with others, and acts in its turn. `act` must do what needs order before
   * it first waits: the next turn comes then.
   */
  take<Ready, T>(name: string, prepare: () => Promise<Ready>, act: (ready: Ready) => Promise<T>): Promise<T>;
}

/** Turns by name. */
export function createTurns(clock: Pick<Clock, 'waiting'>): Turns {
  const lastOf = new Map<string, Promise<void>>();
  return {
    async take(name, prepare, act) {
      const before = lastOf.get(name);
      let pass = (): void => {};
      const turn = new Promise<void>((resolve) => {
        pass = resolve;
      });
      lastOf.set(name, turn);
      void turn.then(() => {
        if (lastOf.get(name) === turn) lastOf.delete(name);
      });
      try {
        const ready = await prepare();
        if (before !== undefined) await clock.waiting(before);
        const acting = act(ready);
        pass();
        return await acting;
      } finally {
        // What could not be made ready holds up nobody, but who comes behind it still waits for those before.
        void Promise.resolve(before).then(pass);
      }
    },
  };
}
