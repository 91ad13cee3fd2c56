/**
 * Tasks under every fault at once. Whatever is delivered twice, crashed, throttled, lost, late or left
 * behind: each task ends in exactly one terminal state or in the dead-letter queue with its reason, nothing
 * stays on its way, and a redriven dead letter runs again.
 */
import { expect, test } from 'vitest';
import type { AnyTask, AsyncResult } from '#lib';
import { ALL_FAULTS, createRandom, type Fault } from '#lib/testing';
import type { Message } from '../../lib/core/message.ts';
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
 * Why a message is dead that no worker has told the reason of: each died before it could, more often than its
 * queue's `deadLetter.after` allows, and SQS's own count, the net below it, has moved the message as it was.
 * It is safe there and runs when redriven; its run is where it was, over or not.
 */
const UNTOLD = 'untold';

/** As many share a batch, and die with it again and again where one of them comes to that. */
const UNTOLD_MAX = 10;

/**
 * Why messages are dead, by id. A worker's dead letter is the next generation of its message, and what SQS
 * has moved besides, since it could not be deleted, is dropped when it is redriven.
 */
function reasonsOf(letters: readonly Message[], before: readonly Message[] = []): Map<string, string> {
  const last = before.toSorted((one, other) => one.generation - other.generation);
  const generations = new Map(last.map(({ id, generation }) => [id, generation]));
  const told = letters.filter(({ id, generation }) => generation > (generations.get(id) ?? 0));
  return new Map([
    ...letters.map(({ id }) => [id, UNTOLD] as const),
    ...told.map(({ id, dead }) => [id, dead?.reason ?? 'without a reason'] as const),
  ]);
}

function untold(reasons: ReadonlyMap<string, string>): readonly string[] {
  return [...reasons].flatMap(([id, reason]) => (reason === UNTOLD ? [id] : []));
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

  const dead = Object.values(storm.queues).flatMap((queue) => storm.sim.deadLetters(queue));
  const reasons = reasonsOf(dead);
  const told = sent.filter(({ result }) => reasons.get(result.id) !== UNTOLD);
  for (const one of told) {
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
  expect(dead.filter(({ generation, dead: end }) => generation !== (end === undefined ? 0 : 1))).toEqual([]);
  expect(untold(reasons).length).toBeLessThanOrEqual(UNTOLD_MAX);
  expectRecords(storm, told, 0);
  expect(inOrder(storm, sent)).toEqual([]);

  storm.heal();
  for (const queue of Object.values(storm.queues)) await storm.sim.redrive(queue);
  const leftAgain = await finish(storm);

  const deadAgain = Object.values(storm.queues).flatMap((queue) => storm.sim.deadLetters(queue));
  const reasonsAgain = reasonsOf(deadAgain, dead);
  const redriven = sent.filter(
    ({ result }) => reasons.has(result.id) && reasonsAgain.get(result.id) !== UNTOLD,
  );
  for (const one of redriven) {
    const reason = reasonsAgain.get(one.result.id);
    const before = reasons.get(one.result.id);
    const where = `${one.task.name} ${one.result.id}: ${before}, then ${reason}`;
    const ended = reason === 'crashed' ? 'FAILURE, dead: crashed' : 'SUCCESS, dead: no';
    // A worker's dead letter expires no more; what SQS has moved is as it was.
    const expired = one.expires && before === UNTOLD ? ['REVOKED, dead: no'] : [];
    expect([ended, ...expired], where).toContain(outcomeOf(storm, one, reason));
  }
  expect(leftAgain).toEqual([]);
  expect(untold(reasonsAgain).length).toBeLessThanOrEqual(UNTOLD_MAX);
  expectRecords(
    storm,
    redriven.filter((one) => told.includes(one)),
    1,
  );
  // What SQS has moved runs on as what it was.
  expectRecords(
    storm,
    redriven.filter((one) => !told.includes(one)),
    0,
  );
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
