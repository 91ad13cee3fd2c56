/** The virtual clock: what time waits for, and what does not hold it up. */
import { describe, expect, test } from 'vitest';
import { createVirtualClock } from '../../lib/emulator/clock.ts';

/** An event loop turn of real time, as a stand-in for I/O. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function turns(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) await turn();
}

/** A promise that never settles, for work that is stuck. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}

describe('run', () => {
  test('time waits for a run that does real work', async () => {
    const clock = createVirtualClock(0);
    const seen: string[] = [];
    clock.at(10, () => {
      void clock.run('worker', async () => {
        await turns(20);
        seen.push(`worked@${clock.now()}`);
      });
    });
    clock.at(11, () => seen.push('next'));

    await clock.advance(20);

    expect(seen).toEqual(['worked@10', 'next']);
  });

  test('a timer of the same time waits for the run that the one before it started', async () => {
    const clock = createVirtualClock(0);
    const seen: string[] = [];
    clock.at(10, () => {
      void clock.run('first', async () => {
        await turns(10);
        seen.push('first is done');
      });
    });
    clock.at(10, () => seen.push('second'));

    await clock.advance(10);

    expect(seen).toEqual(['first is done', 'second']);
  });

  test('a run that sleeps lets time pass, and holds it again when it goes on', async () => {
    const clock = createVirtualClock(0);
    const seen: string[] = [];
    const done = clock.run('sleeper', async () => {
      await clock.sleep(10);
      await turns(10);
      seen.push(`awake@${clock.now()}`);
    });
    clock.at(10.5, () => seen.push('later'));

    await clock.advance(20);
    await done;

    expect(seen).toEqual(['awake@10', 'later']);
  });

  test('a run that waits for what only the clock brings lets time pass', async () => {
    const clock = createVirtualClock(0);
    let arrive: (text: string) => void = () => undefined;
    const message = new Promise<string>((resolve) => {
      arrive = resolve;
    });
    const poll = clock.run('poller', () => clock.waiting(message));
    clock.at(500, () => arrive('hello'));

    await clock.advance(1000);

    await expect(poll).resolves.toBe('hello');
  });

  test('results and errors of a run come through', async () => {
    const clock = createVirtualClock(0);

    await expect(clock.run('good', async () => 42)).resolves.toBe(42);
    await expect(
      clock.run('bad', async () => {
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    await expect(
      clock.run('thrower', () => {
        throw new Error('at once');
      }),
    ).rejects.toThrow('at once');
    await clock.settled();
  });

  test('a timer that is due at once fires for a run that waits for it without saying so', async () => {
    const clock = createVirtualClock(0);
    let answered = false;
    clock.at(10, () => {
      void clock.run('asker', async () => {
        await new Promise<void>((resolve) => clock.at(clock.now(), resolve));
        answered = true;
      });
    });

    await clock.advance(10);

    expect(answered).toBe(true);
  });

  test('a run inside another one that sleeps does not hold up time', async () => {
    const clock = createVirtualClock(0);
    const seen: string[] = [];
    const outer = clock.run('outer', async () => {
      const answer = await clock.run('inner', async () => {
        await clock.sleep(1000);
        return `inner@${clock.now()}`;
      });
      seen.push(answer);
      await turns(10);
      seen.push(`outer@${clock.now()}`);
    });
    clock.at(1001, () => seen.push('later'));

    await clock.advance(2000);
    await outer;

    expect(seen).toEqual(['inner@1000', 'outer@1000', 'later']);
  });

  test('a run inside another one that works holds up time for both', async () => {
    const clock = createVirtualClock(0);
    const seen: string[] = [];
    clock.at(1, () => {
      void clock.run('outer', () =>
        clock.run('inner', async () => {
          await turns(10);
          seen.push(`inner@${clock.now()}`);
        }),
      );
    });
    clock.at(2, () => seen.push('later'));

    await clock.advance(10);

    expect(seen).toEqual(['inner@1', 'later']);
  });

  test('a run that outlives the one which started it still holds up time', async () => {
    const clock = createVirtualClock(0);
    const seen: string[] = [];
    clock.at(1, () => {
      void clock.run('outer', async () => {
        void clock.run('background', async () => {
          await turns(20);
          seen.push(`background@${clock.now()}`);
        });
      });
    });
    clock.at(2, () => seen.push('later'));

    await clock.advance(10);

    expect(seen).toEqual(['background@1', 'later']);
  });

  test('the callback of a timer belongs to no run, whoever set it', async () => {
    const clock = createVirtualClock(0);
    const outcome: unknown[] = [];
    await clock.run('setter', async () => {
      clock.at(0, () => outcome.push(clock.settled()));
    });
    await clock.settled();

    await expect(Promise.all(outcome)).resolves.toEqual([undefined]);
    expect(outcome).toHaveLength(1);
  });

  test('a run of one clock inside a run of another belongs to both', async () => {
    const [first, second] = [createVirtualClock(0), createVirtualClock(0)];
    const refusals = (clock: typeof first) => clock.advance(1).catch((error: Error) => error.message);

    const inside = await first.run('outer', () =>
      second.run('inner', async () => {
        await turn();
        return Promise.all([first, second].map(refusals));
      }),
    );
    const outside = await Promise.all([first, second].map(refusals));

    expect(inside).toEqual([
      expect.stringContaining("inside 'outer'"),
      expect.stringContaining("inside 'inner'"),
    ]);
    expect(outside).toEqual([undefined, undefined]);
  });

  test('two virtual clocks do not wait for each other', async () => {
    const first = createVirtualClock(0);
    const second = createVirtualClock(0);
    void first.run('stuck', never);

    await second.advance(10);

    expect(second.now()).toBe(10);
  });
});
