/**
 * Tasks under every fault at once. Whatever is delivered twice, crashed, throttled, lost or late: each task
 * ends in exactly one terminal state or in the dead-letter queue with its reason, and a redriven dead letter
 * runs again.
 */
import { expect, test } from 'vitest';
import {
  type AnyTask,
  type AsyncResult,
  defineApp,
  defineQueue,
  defineTask,
  exponential,
  RejectError,
} from '#lib';
import { ALL_FAULTS, createRandom, type Simulation, simulate } from '#lib/testing';
import { seeds } from './seeds.ts';

const TASKS = 50;
const RETRY = { attempts: 4, backoff: exponential('2s', { max: '30s', jitter: true }) };
const BEHAVIOURS = ['succeed', 'fail twice', 'always fail', 'reject', 'sleep'] as const;

type Behaviour = (typeof BEHAVIOURS)[number];
interface Input {
  readonly index: number;
  readonly behaviour: Behaviour;
  readonly group: string;
}

/** An app whose tasks do what their input says, and the effects that they have had, keyed by context.id. */
function createApp() {
  const work = defineQueue('work', { visibility: '1m', deadLetter: { after: 5 } });
  const ledger = defineQueue('ledger', {
    visibility: '1m',
    deadLetter: { after: 5 },
    ordered: (input: Input) => input.group,
  });
  const effects = new Map<string, number>();
  const starts = new Map<string, number>();
  let healed = false;

  async function run(
    input: Input,
    context: { id: string; attempt: number; sleep(duration: '3s'): Promise<void> },
  ) {
    starts.set(context.id, (starts.get(context.id) ?? 0) + 1);
    if (!healed) {
      if (input.behaviour === 'sleep') await context.sleep('3s');
      if (input.behaviour === 'fail twice' && context.attempt <= 2) throw new Error('not yet');
      if (input.behaviour === 'always fail') throw new Error('never');
      if (input.behaviour === 'reject') throw new RejectError('not this one');
    }
    // A conditional write keyed by the message's id, as a user's own effects should be.
    if (!effects.has(context.id)) effects.set(context.id, effects.size);
    return input.index;
  }

  const standard = defineTask('standard', { queue: work, retry: RETRY, run });
  const ordered = defineTask('ordered', { queue: ledger, retry: RETRY, run });
  const app = defineApp('storm', { tasks: [standard, ordered] });
  return { app, work, ledger, standard, ordered, effects, starts, heal: () => (healed = true) };
}

function toInput(index: number, random: () => number): Input {
  const behaviour = BEHAVIOURS[Math.floor(random() * BEHAVIOURS.length)] ?? 'succeed';
  return { index, behaviour, group: `g${Math.floor(random() * 3)}` };
}

interface Sent {
  readonly input: Input;
  readonly task: AnyTask;
  readonly result: AsyncResult<number>;
}

async function send(
  sim: Simulation,
  world: ReturnType<typeof createApp>,
  seed: number,
): Promise<readonly Sent[]> {
  const random = createRandom(seed + 2);
  const calls = Array.from({ length: TASKS }, (_, index) => {
    const task = random() < 0.5 ? world.standard : world.ordered;
    const input = toInput(index, random);
    return { task, input, signature: task(input) };
  });
  const outcomes = await sim.sendMany(calls.map((call) => call.signature));
  return outcomes.flatMap((outcome, index) => {
    const call = calls[index];
    // A send that was refused for good is the sender's to repeat; it promised nothing.
    return outcome.status === 'sent' && call !== undefined ? [{ ...call, result: outcome.result }] : [];
  });
}

/** Moves time until every run has ended; a limit that is reached means that something waits for ever. */
async function finish(sim: Simulation, sent: readonly Sent[]): Promise<string[]> {
  for (let hour = 0; hour < 48; hour++) {
    await sim.advance('1h');
    const states = await statesOf(sim, sent);
    if (states.every((state) => ['SUCCESS', 'FAILURE', 'REVOKED'].includes(state))) return states;
  }
  return statesOf(sim, sent);
}

/** Reads past the faults, straight from the records. */
async function statesOf(sim: Simulation, sent: readonly Sent[]): Promise<string[]> {
  return Promise.all(
    sent.map(async ({ result }) => {
      const Key = { pk: { S: `run#${result.id}` }, sk: { S: 'run' } };
      const { Item } = (await sim.emulator.call('dynamodb', 'GetItem', {
        TableName: 'storm-dev-runs',
        Key,
      })) as {
        Item?: { state: { S: string } };
      };
      return Item?.state.S ?? 'PENDING';
    }),
  );
}

test.each(seeds())('with seed %d nothing is lost and nothing ends twice', async (seed) => {
  const world = createApp();
  const sim = simulate(world.app, { seed, faults: ALL_FAULTS });

  const sent = await send(sim, world, seed);
  const states = await finish(sim, sent);

  const dead = [...sim.deadLetters(world.work), ...sim.deadLetters(world.ledger)];
  // A message that no worker could so much as look at so many times is moved by SQS itself, without a reason.
  const moved = new Set(dead.filter((message) => message.dead === undefined).map((message) => message.id));
  const reasons = new Map(dead.map((message) => [message.id, message.dead?.reason]));
  for (const [index, { input, result }] of sent.entries()) {
    if (moved.has(result.id)) continue;
    const where = `task ${index} (${input.behaviour}, ${result.id})`;
    const crashed = reasons.get(result.id) === 'crashed';
    const expected =
      input.behaviour === 'always fail' || input.behaviour === 'reject' || crashed ? 'FAILURE' : 'SUCCESS';
    expect(`${where}: ${states[index]}`).toBe(`${where}: ${expected}`);
    expect(`${where}: ${reasons.has(result.id)}`).toBe(`${where}: ${expected === 'FAILURE'}`);
    if (expected === 'SUCCESS') expect(`${where}: ${world.effects.has(result.id)}`).toBe(`${where}: true`);
  }
  expect(dead.map((message) => `${message.generation} ${message.dead !== undefined}`)).toEqual(
    dead.map(() => '1 true'),
  );
  expect(inOrder(world, sent)).toEqual([]);

  world.heal();
  await sim.redrive(world.work);
  await sim.redrive(world.ledger);
  await finish(sim, sent);
  await sim.advance('1d');
  const after = await statesOf(sim, sent);

  const twiceCrashed = new Set(
    [...sim.deadLetters(world.work), ...sim.deadLetters(world.ledger)].map(({ id }) => id),
  );
  for (const [index, { result }] of sent.entries()) {
    expect(`${result.id}: ${after[index]}`).toBe(
      `${result.id}: ${twiceCrashed.has(result.id) ? 'FAILURE' : 'SUCCESS'}`,
    );
  }
  await sim.close();
});

/**
 * On the ordered queue, effects of a group come in the order of their sends (those that were dead-lettered
 * aside).
 */
function inOrder(world: ReturnType<typeof createApp>, sent: readonly Sent[]): string[] {
  const ordered = sent.filter(({ task, result }) => task === world.ordered && world.effects.has(result.id));
  const groups = new Map<string, Sent[]>();
  for (const entry of ordered)
    groups.set(entry.input.group, [...(groups.get(entry.input.group) ?? []), entry]);
  return [...groups].flatMap(([group, members]) => {
    const order = members.map(({ result }) => world.effects.get(result.id) ?? -1);
    return order.every((effect, index) => index === 0 || effect > (order[index - 1] ?? -1))
      ? []
      : [`${group}: ${order}`];
  });
}

test('a seed replays: the same trace to the letter', async () => {
  const [seed = 1] = seeds();
  const traces = await Promise.all(
    [0, 1].map(async () => {
      const world = createApp();
      const sim = simulate(world.app, { seed, faults: ALL_FAULTS });
      await send(sim, world, seed);
      await sim.advance('2h');
      // An error's stack is as long as the engine likes, so the sizes of retried messages are not compared.
      return sim.trace().map((line) => line.replace(/ bytes=\d+/, ''));
    }),
  );

  expect(traces[0]?.length).toBeGreaterThan(100);
  expect(traces[0]).toEqual(traces[1]);
});
