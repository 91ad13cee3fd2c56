import { describe, expect, test } from 'vitest';
import { RejectError, RetryError, SendError, TaskError, TimeoutError, toWireError } from '#lib';
import { newId } from '../../lib/core/id.ts';
import type { Runs } from '../../lib/runtime/ports.ts';
import { createResults } from '../../lib/runtime/result.ts';
import { charge, createWorld, ended, nextId, quiet, space } from './result-world.ts';
import { NOW, patientClock } from './world.ts';

describe('get', () => {
  test.each([
    ['a value', '{"paid":[1,null]}', { paid: [1, null] }],
    ['null', 'null', null],
    ['nothing', undefined, undefined],
  ])('resolves to %s', async (_name, result, value) => {
    const { records, get } = createWorld();
    const id = nextId();
    records.set(id, ended(id, result === undefined ? {} : { result }));

    expect(await get(id).get()).toEqual(value);
  });

  test.each(['PENDING', 'STARTED', 'RETRY'] as const)('waits while the run is %s', async (state) => {
    const { records, reads, get } = createWorld();
    const id = nextId();
    records.set(id, ended(id, { state }));

    await expect(get(id).get({ timeout: '400ms' })).rejects.toMatchObject({ code: 'RESULT_TIMEOUT' });

    expect(reads.length).toBeGreaterThan(2);
  });

  test('rejects after its timeout and says that the task goes on', async () => {
    const clock = patientClock();
    const { get } = createWorld(clock);
    const id = nextId();

    await expect(get(id).get({ timeout: '90s' })).rejects.toMatchObject({
      name: 'TimeoutError',
      code: 'RESULT_TIMEOUT',
      message:
        `task 'charge' (${id}) has no result after 90s; it goes on, ` + 'ask again with result(task, id)',
    });
    expect(clock.now()).toBe(NOW + 90_000);
  });

  test('waits for five minutes when it is not told otherwise', async () => {
    const clock = patientClock();
    const { get } = createWorld(clock);

    await expect(get(nextId()).get()).rejects.toMatchObject({ code: 'RESULT_TIMEOUT' });

    expect(clock.now()).toBe(NOW + 300_000);
  });

  test('looks once when it may not wait', async () => {
    const { reads, get } = createWorld();

    await expect(get(nextId()).get({ timeout: '0s' })).rejects.toMatchObject({ code: 'RESULT_TIMEOUT' });

    expect(reads).toHaveLength(1);
  });

  test('looks soon at first, later once a second', async () => {
    const clock = patientClock();
    const { get } = createWorld(clock);

    await expect(get(nextId()).get({ timeout: '10s' })).rejects.toMatchObject({ code: 'RESULT_TIMEOUT' });

    expect(clock.waits.slice(0, 4)).toEqual([10, 40, 50, 100]);
    expect(Math.max(...clock.waits)).toBe(1_000);
    expect(clock.waits.length).toBeLessThan(16);
  });

  test.each([
    ['was sent just now waits until 10 ms after the send', -4, '1s', [6]],
    ['was sent some time ago does not wait', -10, '1s', []],
    ['was sent by a machine whose clock is ahead does not wait', 60_000, '1s', []],
    ['may not be waited for so long does not wait', 0, '9ms', []],
  ] as const)('the first look at what %s', async (_name, sentMs, timeout, waits) => {
    const clock = patientClock();
    const { records, get } = createWorld(clock);
    const id = newId(space, NOW + sentMs, () => 0.5);
    records.set(id, ended(id));

    await get(id).get({ timeout });

    expect(clock.waits).toEqual(waits);
  });

  test('gives up when its signal is aborted, with the reason of the signal', async () => {
    const { reads, get } = createWorld();
    const controller = new AbortController();
    controller.abort(new Error('the user went away'));

    await expect(get(nextId()).get({ signal: controller.signal })).rejects.toThrow('the user went away');

    expect(reads).toEqual([]);
  });

  test('gives up in the middle of a wait', async () => {
    const controller = new AbortController();
    const never = { ...patientClock(), sleep: () => new Promise<void>(() => {}) };
    const { get } = createWorld(never);

    const waiting = get(nextId()).get({ signal: controller.signal });
    setImmediate(() => controller.abort(new Error('the user went away')));

    await expect(waiting).rejects.toThrow('the user went away');
  });

  test('tells an error of the store', async () => {
    const results = createResults({
      space,
      clock: patientClock(),
      // Nothing but `read` is called by a client.
      runs: { read: () => Promise.reject(new Error('throttled')) } as unknown as Runs,
    });

    await expect(results.handle(charge, nextId()).get()).rejects.toThrow('throttled');
  });
});

describe('an end without a result', () => {
  class CardError extends Error {
    override readonly name = 'CardError';
    readonly code = 'CARD_DECLINED';
  }

  test.each([
    ['an error of the user', new CardError('declined'), { name: 'CardError', code: 'CARD_DECLINED' }],
    ['RejectError', new RejectError('not ours'), { name: 'RejectError', code: 'REJECTED' }],
    ['RetryError', new RetryError('later'), { name: 'RetryError', code: 'RETRY' }],
    ['SendError', new SendError('SEND_FAILED', 'no'), { name: 'SendError', code: 'SEND_FAILED' }],
    ['no error at all', 'just text', { name: 'Error', code: 'THROWN' }],
  ])('is told with its cause: %s', async (_name, thrown, cause) => {
    const { records, get } = createWorld();
    const id = nextId();
    records.set(id, ended(id, { state: 'FAILURE', reason: 'rejected', error: toWireError(thrown) }));

    const error: unknown = await get(id)
      .get()
      .catch((caught: unknown) => caught);

    const said = thrown instanceof Error ? thrown.message : thrown;
    expect(error).toMatchObject({
      name: 'TaskError',
      code: 'TASK_FAILED',
      message: `task 'charge' (${id}) failed (rejected): ${cause.name}: ${said}`,
      cause: { ...cause, message: said },
    });
  });

  test.each([
    ['RejectError', new RejectError('not ours')],
    ['RetryError', new RetryError('later')],
    ['SendError', new SendError('SEND_FAILED', 'no')],
    ['TaskError', new TaskError('TASK_FAILED', 'no')],
    ['TimeoutError', new TimeoutError('RESULT_TIMEOUT', 'no')],
  ])('has a cause of the class that was thrown: %s', async (_name, thrown) => {
    const { records, get } = createWorld();
    const id = nextId();
    records.set(id, ended(id, { state: 'FAILURE', error: toWireError(thrown) }));

    const error: unknown = await get(id)
      .get()
      .catch((caught: unknown) => caught);

    expect(error).toMatchObject({ cause: { constructor: thrown.constructor } });
  });

  test('is told for a run that was revoked, with the reason', async () => {
    const { records, get } = createWorld();
    const id = nextId();
    records.set(id, ended(id, { state: 'REVOKED', reason: 'expired' }));

    await expect(get(id).get()).rejects.toMatchObject({
      name: 'TaskError',
      code: 'TASK_REVOKED',
      message: `task 'charge' (${id}) did not run: expired`,
    });
  });
});

describe('an id', () => {
  test.each([
    ['no id at all', 'nonsense'],
    ['of another app', newId({ app: 'bank', stage: 'dev' }, NOW, () => 0.5)],
    ['of another stage', newId({ app: 'shop', stage: 'prod' }, NOW, () => 0.5)],
    ['older than its record', newId(space, NOW - 29 * 86_400_000 - 1, () => 0.5)],
  ])('that is not ours is told apart from one that waits: %s', async (_name, id) => {
    const { reads, get } = createWorld();

    await expect(get(id).get()).rejects.toMatchObject({
      name: 'TaskError',
      code: 'RESULT_UNKNOWN',
      message: `'${id}' is no task id of app 'shop' in stage 'dev', or it is older than its record`,
    });
    expect(await get(id).state()).toBe('UNKNOWN');
    expect(reads).toEqual([]);
  });

  test('of a task that keeps no result is refused by name', async () => {
    const { results } = createWorld();
    const handle = results.handle(quiet, nextId());

    await expect(handle.get()).rejects.toMatchObject({
      code: 'RESULT_NOT_KEPT',
      message: "task 'quiet' keeps no result (result: false); remove that option to wait for it",
    });
    expect(await handle.state()).toBe('UNKNOWN');
  });

  test('of a run without a record yet is pending; then its record tells', async () => {
    const { records, get } = createWorld();
    const id = nextId();

    expect(await get(id).state()).toBe('PENDING');
    records.set(id, ended(id, { state: 'RETRY' }));
    expect(await get(id).state()).toBe('RETRY');
  });
});
