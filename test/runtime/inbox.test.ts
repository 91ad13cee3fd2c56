/** The reply queue of a client: how long it lives, and what becomes of calls when it is lost. */
import { describe, expect, test } from 'vitest';
import { type Context, defineApp, defineQueue, defineTask } from '#lib';
import { type Simulation, simulate } from '#lib/testing';
import type { LogLine } from '../../lib/runtime/ports.ts';
import { killWorker } from './simulated.ts';

// A delivery that is doubled again and again is no crash here: each is a receive more before the first ends.
const work = defineQueue('work', { visibility: '5m', deadLetter: { after: 30 } });
const double = defineTask('double', { queue: work, run: (input: number) => input * 2 });
const slow = defineTask('slow', {
  queue: work,
  async run(seconds: number, { sleep }: Context) {
    await sleep(`${seconds}s`);
    return seconds;
  },
});
const shop = defineApp('shop', { tasks: [double, slow] });

/** The reply queues there are. */
function replyQueues(sim: Simulation): readonly string[] {
  const names = sim.emulator.services.sqs.snapshot().map(({ name }) => name);
  return names.filter((name) => name.startsWith('shop-dev-reply-'));
}

describe('the reply queue', () => {
  test('is removed by close, also while calls wait', async () => {
    const sim = simulate(shop);
    const other = sim.connect();
    await Promise.all([sim.call(double(1)), other.call(double(2))]);
    const open = replyQueues(sim).length;

    const waiting = other.call(slow(9, { delay: '10m' }), { timeout: '1h' }).catch((error) => error.code);
    await other.close();
    const left = replyQueues(sim).length;
    await sim.close();

    expect([open, left, replyQueues(sim).length]).toEqual([2, 1, 0]);
    expect(await waiting).toBe('CLIENT_CLOSED');
    await expect(other.call(double(1))).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
  });

  test('that is deleted fails the calls that wait, and the next call makes it anew', async () => {
    await using sim = simulate(shop);
    await sim.call(slow(9));
    const before = replyQueues(sim);

    const waiting = sim.call(slow(9)).catch((error) => error);
    await sim.settle();
    await sim.emulator.call('sqs', 'DeleteQueue', {
      QueueUrl: `http://127.0.0.1:4566/000000000000/${before[0]}`,
    });

    expect(await waiting).toMatchObject({
      name: 'CeleriacError',
      code: 'REPLY_QUEUE_LOST',
      value: before[0],
    });
    expect(await sim.call(double(2))).toBe(4);
    expect(replyQueues(sim)).toHaveLength(1);
    expect(replyQueues(sim)).not.toEqual(before);
  });

  test('is a new one after half an hour without calls, as a sweep may remove the old one', async () => {
    await using sim = simulate(shop);
    await sim.call(double(1));
    const [first] = replyQueues(sim);

    await sim.advance('29m');
    await sim.call(double(1));
    const [second] = replyQueues(sim);
    await sim.advance('31m');
    await sim.call(double(1));
    await sim.settle();

    expect(second).toBe(first);
    expect(replyQueues(sim)).toHaveLength(1);
    expect(replyQueues(sim)).not.toContain(first);
  });

  test('that cannot be made is said with what to do', async () => {
    await using sim = simulate(shop, {
      async onCall({ operation, input }, proceed) {
        if (operation !== 'CreateQueue' || !JSON.stringify(input).includes('-reply-')) return proceed();
        throw Object.assign(new Error('not authorized'), { name: 'AccessDenied' });
      },
    });

    await expect(sim.call(double(1))).rejects.toMatchObject({
      code: 'REPLY_QUEUE_FAILED',
      message:
        'the reply queue could not be made: AccessDenied: not authorized; whoever calls needs the rights ' +
        "that Broker's grantCall gives",
    });
  });
});

describe('what comes in', () => {
  test('twice is dropped in silence, and is not late', async () => {
    const lines: LogLine[] = [];
    await using sim = simulate(shop, { faults: { duplicate: 1 }, log: (line) => lines.push(line) });

    const values = [await sim.call(double(1)), await sim.call(slow(3)), await sim.call(double(3))];
    await sim.advance('1m');

    expect(values).toEqual([2, 3, 6]);
    expect(sim.faults().duplicate).toBeGreaterThan(5);
    expect(sim.lateReplies()).toBe(0);
    expect(lines.filter(({ level, message }) => level === 'warn' && message.includes('reply'))).toEqual([]);
  });

  test('and is no reply is logged and removed', async () => {
    const lines: LogLine[] = [];
    await using sim = simulate(shop, { log: (line) => lines.push(line) });
    await sim.call(double(1));
    const [QueueName = ''] = replyQueues(sim);
    const { QueueUrl } = await sim.emulator.call('sqs', 'GetQueueUrl', { QueueName });
    await sim.emulator.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'hello' });

    const value = await sim.call(slow(2));

    expect(value).toBe(2);
    expect(lines).toContainEqual({ level: 'warn', message: 'a message in the reply queue is no reply' });
    expect(sim.emulator.services.sqs.snapshot().find(({ name }) => name === QueueName)?.messages).toEqual([]);
  });
});

describe('a poll', () => {
  /** A simulation in which the polls of reply queues are refused as long as the test says. */
  function createRefusing(name: string, times: number) {
    let left = times;
    return simulate(shop, {
      async onCall({ operation, input }, proceed) {
        const polled = operation === 'ReceiveMessage' && JSON.stringify(input).includes('-reply-');
        if (!polled || left-- <= 0) return proceed();
        throw Object.assign(new Error('refused by the test'), { name });
      },
    });
  }

  test.each([
    ['that is throttled', 'ThrottlingException', 5],
    ['of a new queue that is not known everywhere yet', 'QueueDoesNotExist', 3],
  ])('%s is made again', async (_, name, times) => {
    await using sim = createRefusing(name, times);

    expect(await sim.call(double(4))).toBe(8);
    expect(replyQueues(sim)).toHaveLength(1);
  });

  test('that is not allowed fails the calls and says what to do', async () => {
    await using sim = createRefusing('AccessDenied', 1);

    await expect(sim.call(double(4))).rejects.toMatchObject({
      code: 'REPLY_QUEUE_FAILED',
      message:
        'the reply queue cannot be read: AccessDenied: refused by the test; whoever calls needs the rights ' +
        "that Broker's grantCall gives",
    });
    await sim.settle();
    expect(replyQueues(sim)).toEqual([]);
  });
});

test('a worker that dies between the end of the run and the reply leaves the reply to the next', async () => {
  await using sim = simulate(shop, {
    async onCall({ operation, input }, proceed) {
      const output = await proceed();
      if (operation === 'UpdateItem' && JSON.stringify(input).includes('SUCCESS')) killWorker(sim, work);
      return output;
    },
  });

  expect(await sim.call(double(4), { timeout: '5m' })).toBe(8);
  expect(sim.attempts(double)).toHaveLength(1);
});
