/**
 * Tasks under every fault at once. Whatever is delivered twice, crashed, throttled, lost, late or left
 * behind: each task ends in exactly one terminal state or in the dead-letter queue with its reason, nothing
 * stays on its way, and a redriven dead letter runs again.
 */
import { expect, test } from 'vitest';
import type { AnyTask, AsyncResult } from '#lib';
import { ALL_FAULTS, createRandom, type Fault } from '#lib/testing';
import { seeds } from './seeds.ts';
import { BEHAVIOURS, createStorm, type Input, keepsRecord, type Storm } from './storm.ts';

const TASKS = 50;

interface Sent {
  readonly input: Input;
  readonly task: AnyTask;
  readonly expires: boolean;
  readonly result: AsyncResult<number>;
}

async function send({ sim, tasks }: Storm, seed: number): Promise<readonly Sent[]> {
  const random = createRandom(seed + 2);
  const pick = <T>(list: readonly T[], otherwise: T): T =>
    list[Math.floor(random() * list.length)] ?? otherwise;
  const calls = Array.from({ length: TASKS }, (_, index) => {
    const task = pick(Object.values(tasks), tasks.standard);
    const input = { index, behaviour: pick(BEHAVIOURS, 'succeed'), group: `g${Math.floor(random() * 3)}` };
    const expires = random() < 0.1;
    return { task, input, expires, signature: task(input, expires ? { expires: '10s' } : {}) };
  });
  const outcomes = await sim.sendMany(calls.map((call) => call.signature));
  return outcomes.flatMap((outcome, index) => {
    const call = calls[index];
    // A send that was refused for good is the sender's to repeat; it promised nothing.
    return outcome.status === 'sent' && call !== undefined ? [{ ...call, result: outcome.result }] : [];
  });
}

/** Moves time until nothing is on its way any more; what still is after two days waits for ever. */
async function finish({ sim, queues }: Storm): Promise<readonly string[]> {
  const names = Object.values(queues).map(
    ({ name, ordered }) => `storm-dev-${name}${ordered ? '.fifo' : ''}`,
  );
  const left = (): readonly string[] =>
    sim.emulator.services.sqs
      .snapshot()
      .filter(({ name }) => names.includes(name))
      .flatMap(({ messages }) => messages.map(({ body }) => body));
  for (let hour = 0; hour < 48 && (hour === 0 || left().length > 0); hour++) await sim.advance('1h');
  return left();
}

/**
 * What is dead. A message that was dead-lettered with its reason, and could not be deleted for as long as SQS
 * counts, is moved by SQS as well, as it was; its run is over, so redriven it is dropped.
 */
function deadLetters({ sim, queues }: Storm) {
  const all = Object.values(queues).flatMap((queue) => sim.deadLetters(queue));
  const told = new Set(all.flatMap(({ id, dead }) => (dead === undefined ? [] : [id])));
  return all.filter(({ id, dead }) => dead !== undefined || !told.has(id));
}

/** What a task may have come to, in words: its state if it has a record, and whether it is a dead letter. */
function expectations({ input, expires }: Sent, reason: string | undefined): readonly string[] {
  const failed = `FAILURE, dead: ${reason ?? 'no'}`;
  if (reason === 'crashed') return [failed];
  const revoked = expires ? ['REVOKED, dead: no'] : [];
  if (input.behaviour === 'reject') return ['FAILURE, dead: rejected', ...revoked];
  if (input.behaviour === 'always fail') return ['FAILURE, dead: attempts-exhausted', ...revoked];
  return ['SUCCESS, dead: no', ...revoked];
}

function outcomeOf(storm: Storm, { task, result }: Sent, reason: string | undefined): string {
  if (keepsRecord(task)) return `${storm.records.stateOf(result.id)}, dead: ${reason ?? 'no'}`;
  const ran = storm.effects.has(result.id);
  const state = reason !== undefined ? 'FAILURE' : ran ? 'SUCCESS' : 'REVOKED';
  return `${state}, dead: ${reason ?? 'no'}`;
}

test.each(seeds('tasks'))('with seed %d nothing is lost and nothing ends twice', async (seed) => {
  const storm = createStorm(seed);

  const sent = await send(storm, seed);
  const left = await finish(storm);

  const dead = deadLetters(storm);
  const reasons = new Map(dead.map((message) => [message.id, message.dead?.reason]));
  for (const one of sent) {
    const where = `${one.task.name} ${one.input.behaviour} ${one.result.id}`;
    const reason = reasons.get(one.result.id);
    const outcome = outcomeOf(storm, one, reason);
    expect(expectations(one, reason), `${where}: ${outcome}`).toContain(outcome);
    if (outcome.startsWith('SUCCESS')) expect(storm.effects.has(one.result.id), where).toBe(true);
    if (outcome.startsWith('SUCCESS') && one.input.behaviour === 'send another')
      expect(
        storm.parents.has(one.result.id) || dead.some(({ input }) => input === one.result.id),
        where,
      ).toBe(true);
  }
  expect(left).toEqual([]);
  expect(dead.map(({ generation, dead: end }) => `${generation} ${end?.reason !== undefined}`)).toEqual(
    dead.map(() => '1 true'),
  );
  expectRecords(storm, sent, 0);
  expect(inOrder(storm, sent)).toEqual([]);

  storm.heal();
  for (const queue of Object.values(storm.queues)) await storm.sim.redrive(queue);
  const leftAgain = await finish(storm);

  const deadAgain = new Map(deadLetters(storm).map((message) => [message.id, message.dead?.reason]));
  const redriven = sent.filter(({ result }) => reasons.has(result.id));
  for (const one of redriven) {
    const reason = deadAgain.get(one.result.id);
    expect(outcomeOf(storm, one, reason)).toBe(
      reason === 'crashed' ? 'FAILURE, dead: crashed' : 'SUCCESS, dead: no',
    );
  }
  expect(leftAgain).toEqual([]);
  expectRecords(storm, redriven, 1);
  await storm.sim.close();
});

/** Each run of this generation has ended once, by legal steps; at most once: no attempt began twice. */
function expectRecords({ records, onceStarts }: Storm, sent: readonly Sent[], generation: number): void {
  const kept = sent.filter(({ task }) => keepsRecord(task));
  const ends = kept.map(({ result }) => `${result.id}: ${records.ends.get(`${result.id} ${generation}`)}`);
  expect(ends).toEqual(kept.map(({ result }) => `${result.id}: 1`));
  expect([...records.ends].filter(([, count]) => count !== 1)).toEqual([]);
  expect(records.illegal).toEqual([]);
  expect([...onceStarts].filter(([, count]) => count !== 1)).toEqual([]);
}

/**
 * On the ordered queue, effects of a group come in the order of their sends. A run that ended without one has
 * given up its place: what its handler does after that, left behind, waits for nobody, and nobody for it.
 */
function inOrder({ tasks, effects, belated }: Storm, sent: readonly Sent[]): string[] {
  const ordered = sent.filter(
    ({ task, result }) => task === tasks.ordered && effects.has(result.id) && !belated.has(result.id),
  );
  const groups = new Map<string, Sent[]>();
  for (const entry of ordered)
    groups.set(entry.input.group, [...(groups.get(entry.input.group) ?? []), entry]);
  return [...groups].flatMap(([group, members]) => {
    const order = members.map(({ result }) => effects.get(result.id) ?? -1);
    return order.every((effect, index) => index === 0 || effect > (order[index - 1] ?? -1))
      ? []
      : [`${group}: ${order}`];
  });
}

test('every fault strikes in a storm', async () => {
  const struck = new Set<string>();
  for (const seed of [1, 2, 3]) {
    const storm = createStorm(seed);
    await send(storm, seed);
    await finish(storm);
    for (const fault of Object.keys(storm.sim.faults())) struck.add(fault);
    await storm.sim.close();
  }

  expect([...struck].sort()).toEqual((Object.keys(ALL_FAULTS) as Fault[]).sort());
});

test('a seed replays: the same trace to the letter', async () => {
  const [seed = 1] = seeds('tasks');
  const traces = await Promise.all(
    [0, 1].map(async () => {
      const storm = createStorm(seed);
      await send(storm, seed);
      await storm.sim.advance('2h');
      // An error's stack is as long as the engine likes, so the sizes of retried messages are not compared.
      return storm.sim.trace().map((line) => line.replace(/ bytes=\d+/, ''));
    }),
  );

  expect(traces[0]?.length).toBeGreaterThan(100);
  expect(traces[0]).toEqual(traces[1]);
});
