/** RabbitMQ's own answers about redelivery, acks and consumers; each title begins with the row's id. */
import { describe, expect, test } from 'vitest';
import { defineApp, defineConsumer, RejectError, RetryError } from '#lib';
import { killWorker, messagesOf } from '../runtime/simulated.ts';
import { createWorld, line, mail, publish, row } from './rabbitmq-world.ts';

describe('redelivery', () => {
  const requeue = row('requeue-position');
  test('requeue-position: a nacked message comes again before those behind it, as redelivered', async () => {
    const { sim, got } = createWorld(line, (_, count) => {
      if (count === 1) throw new Error('nack');
    });

    await publish(sim, line, ['1', '2', '3']);
    await sim.advance('1m');

    expect(got[0]?.redelivered).toBe(requeue.firstGetRedelivered);
    expect(got[1]).toMatchObject({ body: requeue.nextBody, redelivered: requeue.nextRedelivered });
  });

  const closed = row('channel-close-requeues');
  test('channel-close-requeues: what a dead worker held comes again, the rest anew', async () => {
    const { sim, got } = createWorld(line, (_, count) => (count === 1 ? 'hang' : undefined), { batch: 2 });

    // In one tick, so that they are received together.
    await Promise.all(['1', '2', '3'].map((body) => sim.publish(line, body)));
    await sim.advance('2s');
    killWorker(sim, line);
    await sim.advance('5m');

    const again = got.slice(1);
    expect(again.map(({ body }) => body)).toEqual(closed.bodies);
    expect(again.map(({ redelivered }) => redelivered)).toEqual(closed.redelivered);
  });
});

describe('acks', () => {
  const multiple = row('ack-multiple');
  test('ack-multiple: what was handled before a worker dies is not handled again', async () => {
    const { sim, ended, got } = createWorld(line, ({ body }, count) =>
      body === '3' && count === 3 ? 'hang' : undefined,
    );

    await publish(sim, line, ['1', '2', '3', '4']);
    await sim.advance('2s');
    killWorker(sim, line);
    const before = got.length;
    await sim.advance('5m');

    expect(before).toBe(3);
    expect(got.slice(before).map(({ body }) => body)).toEqual(multiple.bodies);
    expect(ended).toEqual(['1', '2', '3', '4']);
  });

  const zero = row('ack-zero-multiple');
  test('ack-zero-multiple: a batch that was handled leaves nothing', async () => {
    const { sim, got } = createWorld(mail, () => {});

    await publish(sim, mail, ['1', '2', '3']);
    await sim.advance('5m');

    expect(got).toHaveLength(3);
    expect(messagesOf(sim, mail)).toEqual(zero.bodies);
  });

  const rejected = row('reject-no-dlx');
  test('reject-no-dlx: a rejected message leaves its queue (and is not dropped)', async () => {
    const { sim } = createWorld(mail, () => {
      throw new RejectError('no');
    });

    await publish(sim, mail, ['1']);
    await sim.advance('1m');

    expect(messagesOf(sim, mail)).toEqual(rejected.left);
    expect(sim.deadLetters(mail)).toMatchObject([{ dead: { reason: 'rejected' } }]);
  });

  const auto = row('auto-ack');
  test('auto-ack: what was acked early is gone when its worker dies', async () => {
    const { sim, got } = createWorld(mail, () => 'hang', { ack: 'early' });

    await publish(sim, mail, ['1']);
    await sim.advance('2s');
    killWorker(sim, mail);
    await sim.advance('1h');

    expect(got).toHaveLength(1);
    expect(messagesOf(sim, mail)).toEqual(auto.left);
  });

  const recover = row('basic-recover');
  test('basic-recover: a message that its consumer asks for again comes as redelivered', async () => {
    const { sim, got } = createWorld(mail, (_, count) => {
      if (count === 1) throw new RetryError('again', { after: '1s' });
    });

    await publish(sim, mail, ['r1']);
    await sim.advance('1m');

    expect(got[1]).toMatchObject({ body: recover.again, redelivered: recover.redelivered });
  });
});

describe('consumers', () => {
  const single = row('single-active-consumer');
  test('single-active-consumer: one worker at a time takes a group; another goes on', async () => {
    let running = 0;
    let most = 0;
    const { sim, ended } = createWorld(line, () => {
      running += 1;
      most = Math.max(most, running);
      running -= 1;
    });
    const { A, B } = single.after as { A: readonly string[]; B: readonly string[] };

    await publish(sim, line, A);
    await sim.advance('10s');
    killWorker(sim, line);
    await publish(sim, line, B);
    await sim.advance('1m');

    expect(ended).toEqual([...A, ...B]);
    expect(most).toBe(1);
  });

  const exclusive = row('exclusive-consumer');
  test('exclusive-consumer: a second consumer of a queue is refused', () => {
    const consumer = () => defineConsumer(mail, { run: () => {} });

    const define = (): unknown => defineApp('shop', { consumers: [consumer(), consumer()] });

    expect(exclusive.channelError).toMatchObject({ code: 403 });
    expect(define).toThrow("queue 'mail' has two consumers; a queue has one, whose workers run side by side");
  });
});
