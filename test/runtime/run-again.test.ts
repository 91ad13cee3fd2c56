/** Runs that are run again by hand: with what they run, where, and what does not keep them from it. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { chain, defineApp, defineQueue, defineTask, map, type TaskOptions } from '#lib';
import { simulate } from '#lib/testing';
import { runIdOf } from '../../lib/core/workflow/path.ts';

interface Parcel {
  readonly to: string;
  readonly text?: string;
}

const lane = defineQueue('lane', { ordered: ({ to }: Parcel) => to });

/** A task that fails until it is mended. */
function createWorld(options: Partial<TaskOptions<Parcel, Parcel>> = {}) {
  let isMended = false;
  const post = defineTask('post', {
    retry: { attempts: 1 },
    ...options,
    run(parcel: Parcel) {
      if (!isMended) throw new Error('not yet');
      return parcel;
    },
  });
  const wrap = defineTask('wrap', {
    run: (length: number): Parcel => ({ to: 'a', text: 'x'.repeat(length) }),
  });
  const check = defineTask('check', {
    retry: { attempts: 1 },
    input: z.number(),
    run(n) {
      if (!isMended) throw new Error('not yet');
      return n;
    },
  });
  const mend = (): void => {
    isMended = true;
  };
  return { post, wrap, check, mend, sim: simulate(defineApp('again', { tasks: [post, wrap, check] })) };
}

test('a step that was too large for its message runs with the other input alone', async () => {
  const { sim, post, wrap, mend } = createWorld();
  const result = await sim.send(chain(wrap(100_000), post));
  await sim.advance('1m');

  mend();
  const again = await sim.retry(post, runIdOf({ app: 'again', stage: 'dev' }, result.id, '1'), {
    input: { to: 'b' },
  });

  expect(await again.get()).toEqual({ to: 'b' });
});

test('on an ordered queue the group is that of the other input, also of a run that never began', async () => {
  const { sim, post, mend } = createWorld({ queue: lane });
  const failed = await sim.send(post({ to: 'a' }));
  const revoked = await sim.send(post({ to: 'a' }, { delay: '1m' }));
  const grouped = await sim.send(post({ to: 'a' }, { group: 'own' }));
  await revoked.revoke();
  await sim.advance('2m');

  mend();
  for (const { id } of [failed, revoked, grouped]) await sim.retry(post, id, { input: { to: 'b' } });
  await sim.advance('1m');

  expect(await Promise.all([failed, revoked, grouped].map((one) => one.get()))).toHaveLength(3);
  const groups = sim
    .trace()
    .flatMap((line) => /send again-dev-lane\.fifo .*groupId="(.*)"/.exec(line)?.[1] ?? []);
  expect(groups.slice(-3)).toEqual(['b', 'b', 'own']);
});

test('a part that is mapped over a list takes another list, and nothing else', async () => {
  const { sim, check, mend } = createWorld();
  const result = await sim.send(map(check, [1, 2]));
  await sim.advance('1m');

  mend();
  const single = sim.retry(check, result.id, { input: 5 });
  const wrong = sim.retry(check, result.id, { input: [5, 'six'] });

  await expect(single).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await expect(wrong).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  await sim.retry(check, result.id, { input: [5, 6] });
  expect(await result.get()).toEqual([5, 6]);
});

test('runs although its header was revoked before, and not when it is revoked afterwards', async () => {
  const { sim, post, mend } = createWorld({ revocable: { headers: ['tenant'] } });
  const send = () => sim.send(post({ to: 'a' }, { headers: { tenant: 't' } }));
  const [first, second] = [await send(), await send()];
  await sim.advance('1m');
  await sim.revokeBy('tenant', 't');
  await sim.advance('1m');

  mend();
  await sim.retry(post, first.id);
  await sim.advance('1m');
  await sim.retry(post, second.id);
  await sim.revokeBy('tenant', 't');
  await sim.advance('1m');

  expect([await first.state(), await second.state()]).toEqual(['SUCCESS', 'REVOKED']);
});

test('a debounced run runs although a later call has run', async () => {
  const { sim, post, mend } = createWorld({ once: { key: ({ to }) => to, keep: 'last', for: '1m' } });
  const first = await sim.send(post({ to: 'a' }));
  await sim.advance('2m');
  mend();
  await sim.send(post({ to: 'a' }));
  await sim.advance('2m');

  await sim.retry(post, first.id);
  await sim.advance('2m');

  expect(await first.state()).toBe('SUCCESS');
});

test('a run of another task, or a workflow, is not run again as one of this', async () => {
  const { sim, post, wrap, check } = createWorld();
  const result = await sim.send(chain(wrap(1), post));
  const other = await sim.send(check(1));
  await sim.advance('1m');

  const asked = [result.id, other.id].map((id) => sim.retry(post, id, { input: { to: 'b' } }));

  for (const one of asked) await expect(one).rejects.toMatchObject({ code: 'RETRY_OTHER_TASK' });
  expect(await result.state()).toBe('FAILURE');
});
