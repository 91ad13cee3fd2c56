/** What holds for queues under any use. */
import type { Message } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { arnOf, createRandom, createWorld, type World } from './world.ts';

type Step =
  | { readonly kind: 'send'; readonly group: string; readonly delay: number }
  | { readonly kind: 'receive'; readonly max: number; readonly seconds: number }
  | { readonly kind: 'delete'; readonly pick: number }
  | { readonly kind: 'visibility'; readonly pick: number; readonly seconds: number }
  | { readonly kind: 'advance'; readonly ms: number };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('send' as const),
    group: fc.constantFrom('a', 'b', 'c'),
    delay: fc.constantFrom(0, 0, 3),
  }),
  fc.record({
    kind: fc.constant('receive' as const),
    max: fc.integer({ min: 1, max: 10 }),
    seconds: fc.constantFrom(0, 2, 5, 30),
  }),
  fc.record({ kind: fc.constant('delete' as const), pick: fc.nat() }),
  fc.record({ kind: fc.constant('visibility' as const), pick: fc.nat(), seconds: fc.constantFrom(0, 1, 9) }),
  fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(0, 500, 2_000, 7_000) }),
);
const STEPS = fc.array(STEP, { maxLength: 80 });

interface Run {
  readonly world: World;
  readonly url: string;
  readonly sent: { readonly id: string; readonly group: string }[];
  readonly held: Message[];
  readonly deleted: Set<string>;
}

/** Carries out one step; wrong handles and late changes are part of the game, so refusals are ignored. */
async function carryOut(run: Run, step: Step): Promise<readonly Message[]> {
  const { world, url, held } = run;
  const fifo = url.endsWith('.fifo');
  switch (step.kind) {
    case 'send': {
      const body = `${run.sent.length}`;
      const more = fifo
        ? { MessageGroupId: step.group, MessageDeduplicationId: body }
        : { MessageGroupId: step.group, DelaySeconds: step.delay };
      run.sent.push({ id: world.send(url, body, more), group: step.group });
      return [];
    }
    case 'receive': {
      const messages = world.receive(url, {
        MaxNumberOfMessages: step.max,
        VisibilityTimeout: step.seconds,
      });
      held.push(...messages);
      return messages;
    }
    case 'delete': {
      const message = held[step.pick % Math.max(1, held.length)];
      if (message === undefined || !isAccepted(() => world.delete(url, message))) return [];
      // A message that has moved to the dead-letter queue is answered well and stays there.
      const alive = world.sqs
        .snapshot()
        .some((queue) => queue.messages.some((m) => m.messageId === message.MessageId));
      if (!alive) run.deleted.add(message.MessageId ?? '');
      return [];
    }
    case 'visibility': {
      const message = held[step.pick % Math.max(1, held.length)];
      if (message !== undefined) isAccepted(() => world.changeVisibility(url, message, step.seconds));
      return [];
    }
    case 'advance':
      await world.clock.advance(step.ms);
      return [];
  }
}

function isAccepted(work: () => unknown): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (error instanceof Error && /InvalidParameterValue|MessageNotInflight/.test(error.name)) return false;
    throw error;
  }
}

function begin(name: string, faults: 'faults' | 'none', receivesMax: number, seed: number): Run {
  const random = createRandom(seed);
  const chance = () => random() < 0.3;
  const world = createWorld({
    random,
    ...(faults === 'faults' && { faults: { duplicate: chance, reorder: chance, loseDelete: chance } }),
  });
  const dead = name.endsWith('.fifo') ? 'dead.fifo' : 'dead';
  world.createQueue(dead);
  const redrive = JSON.stringify({ deadLetterTargetArn: arnOf(dead), maxReceiveCount: receivesMax });
  const url = world.createQueue(name, { RedrivePolicy: redrive });
  return { world, url, sent: [], held: [], deleted: new Set() };
}

test('a FIFO queue gives the oldest messages of a group that are not deleted, in order', async () => {
  await fc.assert(
    fc.asyncProperty(STEPS, fc.nat(), async (steps, seed) => {
      const run = begin('jobs.fifo', 'none', 1000, seed);
      for (const step of steps) {
        const messages = await carryOut(run, step);
        for (const group of ['a', 'b', 'c']) {
          const got = messages.filter((message) => message.Attributes?.MessageGroupId === group);
          const left = run.sent.filter((sent) => sent.group === group && !run.deleted.has(sent.id));
          expect(got.map((message) => message.MessageId)).toEqual(
            left.slice(0, got.length).map(({ id }) => id),
          );
        }
      }
    }),
  );
});

test.each(['jobs', 'jobs.fifo'])(
  '%s never gives a message to two consumers at once without a fault',
  async (name) => {
    await fc.assert(
      fc.asyncProperty(STEPS, fc.nat(), async (steps, seed) => {
        const run = begin(name, 'none', 1000, seed);
        for (const step of steps) {
          const hidden = new Set(
            run.world.sqs
              .snapshot()
              .flatMap((queue) => queue.messages.filter((message) => message.state !== 'visible'))
              .map((message) => message.messageId),
          );
          for (const message of await carryOut(run, step)) expect(hidden).not.toContain(message.MessageId);
        }
      }),
    );
  },
);

test.each([
  ['jobs', 'none'],
  ['jobs', 'faults'],
  ['jobs.fifo', 'faults'],
] as const)('every message sent to %s (%s) is in exactly one place', async (name, faults) => {
  await fc.assert(
    fc.asyncProperty(STEPS, fc.integer({ min: 1, max: 4 }), fc.nat(), async (steps, receivesMax, seed) => {
      const run = begin(name, faults, receivesMax, seed);
      for (const step of steps) await carryOut(run, step);

      const queues = run.world.sqs.snapshot();
      const kept = queues.flatMap((queue) => queue.messages.map((message) => message.messageId));
      const places = [...kept, ...run.deleted].sort();
      expect(places).toEqual(run.sent.map(({ id }) => id).sort());
      for (const { messages, visible, inFlight, delayed } of queues) {
        const count = (state: string) => messages.filter((message) => message.state === state).length;
        expect([visible, inFlight, delayed]).toEqual([count('visible'), count('inFlight'), count('delayed')]);
      }
    }),
  );
});

test('no message is received more often than its redrive policy allows', async () => {
  await fc.assert(
    fc.asyncProperty(STEPS, fc.integer({ min: 1, max: 4 }), fc.nat(), async (steps, receivesMax, seed) => {
      const run = begin('jobs', 'faults', receivesMax, seed);
      for (const step of steps) await carryOut(run, step);

      for (const message of run.held) {
        expect(Number(message.Attributes?.ApproximateReceiveCount)).toBeLessThanOrEqual(receivesMax);
      }
    }),
  );
});
