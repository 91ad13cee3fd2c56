/** Members that add others to their group while their attempts die, between counting one and starting it. */
import { expect, test } from 'vitest';
import { type Context, chain, chord, defineApp, defineQueue, defineTask } from '#lib';
import { simulate } from '#lib/testing';
import { WORKFLOW_START } from '../../lib/core/workflow/place.ts';

/** A member whose first attempt adds two others; one that is dying starts none of what it has counted. */
function createWorld({ isDying, attempts }: { readonly isDying: boolean; readonly attempts: number }) {
  const queue = defineQueue('work', { visibility: '1m' });
  const add = defineTask('add', { queue, run: (n: number) => n + 1 });
  const grow = defineTask('grow', {
    queue,
    retry: { attempts },
    async run(n: number, { addToChord, attempt }: Context): Promise<number> {
      if (attempt > 1) return n;
      isLost = isDying;
      await Promise.all([addToChord(add(10)), addToChord(add(20))]).finally(() => {
        isLost = false;
      });
      return n;
    },
  });
  const step = defineTask('step', { queue, run: (n: number) => n * 2 });
  const grown = defineTask('grown', { queue, run: (list: readonly number[]) => list });
  let isLost = false;
  const starts: string[] = [];
  const sim = simulate(defineApp('added', { tasks: [add, grow, step, grown] }), {
    async onCall({ operation, input }, proceed) {
      const found = operation.startsWith('SendMessage') ? startedBy(input) : [];
      if (found.length > 0 && isLost) throw Object.assign(new Error('it has died'), { name: 'AccessDenied' });
      starts.push(...found);
      return proceed();
    },
  });
  return { sim, add, grow, step, grown, starts };
}

/** The workflows that tasks have sent, which a call to SQS starts. */
function startedBy(input: object): readonly string[] {
  const { Entries = [input] } = input as { readonly Entries?: readonly object[] }; // As SQS takes it.
  return Entries.flatMap((entry) => {
    const { MessageBody } = entry as { readonly MessageBody: string }; // As above.
    const { task, hops, workflow } = JSON.parse(MessageBody);
    return task === WORKFLOW_START && hops > 0 ? [workflow.id] : [];
  });
}

test('what a member has counted before it is given up runs, and the chord ends as that failure', async () => {
  const { sim, add, grow, grown } = createWorld({ isDying: true, attempts: 1 });

  const result = await sim.send(chord([grow(1), add(1)], grown), { deadline: '7d' });
  await sim.advance('10m');

  expect(sim.attempts(add)).toHaveLength(3);
  expect(await result.state()).toBe('FAILURE');
  await expect(result.get()).rejects.toThrow(/member 0\.0 of the group, task 'grow'.*it has died/);
  expect(sim.attempts(grown)).toEqual([]);
});

test.each([1, 101])(
  'of a chord of %d, what an attempt has counted belongs to it though the next adds nothing',
  async (members) => {
    const { sim, add, grow, grown } = createWorld({ isDying: true, attempts: 2 });
    const others = Array.from({ length: members - 1 }, (_, index) => add(index));

    const result = await sim.send(chord([grow(1), ...others], grown));
    await sim.advance('10m');

    const [one, ...more] = await result.get();
    expect(one).toBe(1);
    expect(more.slice(0, members - 1)).toEqual(others.map((_, index) => index + 1));
    expect(more.slice(members - 1).sort()).toEqual([11, 21]);
    expect(sim.attempts(grown)).toHaveLength(1);
  },
);

test('of a step, what it has counted belongs to the chord once the steps after it have ended', async () => {
  const { sim, grow, step, grown } = createWorld({ isDying: true, attempts: 2 });

  const result = await sim.send(chord([chain(grow(1), step)], grown));
  await sim.advance('10m');

  const [one, ...more] = await result.get();
  expect(one).toBe(2);
  expect(more.sort()).toEqual([11, 21]);
});

test('what an attempt has added and started itself is started once', async () => {
  const { sim, grow, grown, starts } = createWorld({ isDying: false, attempts: 1 });

  const result = await sim.send(chord([grow(1)], grown));

  expect(await result.get()).toHaveLength(3);
  expect(starts).toHaveLength(2);
});
