/** What can be done with a run by its id where nothing is known of it: on AWS before it has started. */
import { describe, expect, test } from 'vitest';
import type { Failure } from '../../lib/dashboard/api/failure.ts';
import { createApi } from '../../lib/dashboard/api/server.ts';
import { createDeskOver } from '../../lib/dashboard/create-desk.ts';
import { defineApp } from '../../lib/index.ts';
import { charge, ping, shop, sync } from './desk-shop.ts';
import { createDeskWorld } from './desk-world.ts';

const AS_ON_AWS = { sees: false } as const;

describe('a run that waits and has no record', () => {
  test.each([
    ['revoke', {}, /name its task too and it will not start .* needs 'revocable: true' for that$/],
    ['retry', {}, /only what has a record is run once more: leave out result: false in its task;/],
    ['forget', undefined, /nothing is kept of it that could be forgotten/],
  ])('cannot be asked to %s by its id alone, and says why and what to do', async (action, body, remedy) => {
    let at = 0;
    const clock = { now: () => at++, sleep: async () => {} };
    await using world = await createDeskWorld(shop, { ...AS_ON_AWS, ports: { clock } });
    const { id } = await world.sim.send(charge({ id: 'o1' }, { delay: '10m' }));
    const api = createApi(world.desk);
    const headers = { 'x-celeriac': '1', 'content-type': 'application/json' };
    const post = { method: 'POST', headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };

    const answer = await api(new Request(`http://localhost/api/runs/${id}/${action}`, post));
    const failure: Failure = JSON.parse(await answer.text());

    expect([answer.status, failure.code, failure.value]).toEqual([409, 'RUN_NOT_KEPT', id]);
    expect(failure.message).toContain(
      `there is no record of run '${id}', sent at 2026-01-01 00:00:00 UTC: it`,
    );
    expect(failure.message).toContain('has not started yet, its task keeps none (result: false)');
    expect(failure.message).toMatch(remedy);
  });

  test('has no result when it was waited for, which is a time-out and says why', async () => {
    let at = 0;
    const clock = { now: () => at++, sleep: async () => {} };
    await using world = await createDeskWorld(shop, { ...AS_ON_AWS, ports: { clock } });
    const { id } = await world.sim.send(charge({ id: 'o1' }, { delay: '10m' }));

    const refused = world.desk.result(id, 2_000);

    await expect(refused).rejects.toMatchObject({
      name: 'TimeoutError',
      code: 'RESULT_TIMEOUT',
      message: expect.stringMatching(
        /^no result after '2s': there is no record of run '\w+', sent at 2026.*: it has not started/,
      ),
    });
  });

  test('is revoked when its task is named too', async () => {
    await using world = await createDeskWorld(shop, AS_ON_AWS);
    const sent = await world.sim.send(charge({ id: 'o1' }, { delay: '10m' }));

    const revoked = await world.desk.revoke(sent.id, false, 'charge');
    await world.sim.advance('1h');

    expect(revoked).toEqual({ outcome: 'revoked' });
    expect(await world.desk.run(sent.id)).toMatchObject({ state: 'REVOKED', task: 'charge' });
    expect(world.sim.attempts(charge)).toEqual([]);
  });

  test('is revoked by its id beside an emulator, where its message tells the task', async () => {
    await using world = await createDeskWorld(shop);
    const { id } = await world.sim.send(charge({ id: 'o1' }, { delay: '10m' }));

    expect(await world.desk.revoke(id, false)).toEqual({ outcome: 'revoked' });
  });

  test.each([[AS_ON_AWS], [{}]])('of a task without results says so (%j)', async (options) => {
    await using world = await createDeskWorld(shop, options);
    const { id } = await world.sim.send(ping(undefined, { delay: '10m' }));

    await expect(world.desk.revoke(id, false, 'ping')).rejects.toMatchObject({
      code: 'REVOKE_NOT_KEPT',
      message: expect.stringMatching(/task 'ping' keeps no record \(result: false\).*'?revocable: true'?/s),
    });
  });
});

test('a run of a task that the app does not have any more says so', async () => {
  await using world = await createDeskWorld(shop);
  const { id } = await world.sim.send(charge({ id: 'o1' }));
  await world.sim.advance('1m');
  const { ports } = world;
  const later = createDeskOver(defineApp('shop', { tasks: [sync] }), ports, { stage: 'dev' });

  await expect(later.forget(id)).rejects.toMatchObject({
    code: 'TASK_NOT_FOUND',
    message: `run '${id}' is of task 'charge', which app 'shop' does not have any more`,
  });
});

test('an app without records says so, and an id of another app is not found', async () => {
  await using world = await createDeskWorld(defineApp('bare', { tasks: [ping] }), AS_ON_AWS);
  const { id } = await world.sim.send(ping());

  await expect(world.desk.revoke(id, false)).rejects.toMatchObject({
    code: 'RUN_NOT_KEPT',
    message: expect.stringContaining("no task of app 'bare' keeps one (result: false); name its task too"),
  });
  await expect(world.desk.retry('01hqexample')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: "'01hqexample' is no id of app 'bare' in stage 'dev'",
  });
});
