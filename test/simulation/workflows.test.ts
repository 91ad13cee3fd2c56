/**
 * Workflows nested at will under every fault at once: each comes to what it means when one thing is done
 * after the other, each of its tasks takes effect once, and nothing waits for ever, also where the client
 * dies while it sends.
 */
import { expect, test } from 'vitest';
import { type AsyncResult, CeleriacError, type WorkflowSignature } from '#lib';
import { ALL_FAULTS, createRandom } from '#lib/testing';
import type { Message } from '../../lib/core/message.ts';
import { isFinal, TASK_STATES } from '../../lib/core/task-state.ts';
import { nodesOf, runIdOf } from '../../lib/core/workflow/path.ts';
import type { Plan } from '../../lib/core/workflow/plan.ts';
import { type Canvas, createCanvas, randomWorkflow } from './canvas.ts';
import { allEffects, isMeant, meaningOf, type Outside, SPACE } from './meaning.ts';
import { seeds } from './seeds.ts';

/** Workflows of one seed. */
const WORKFLOWS = 6;

interface Sent {
  readonly plan: Plan;
  readonly id: string;
  readonly result: AsyncResult<unknown> | undefined;
}

interface World extends Canvas {
  /** After so many more calls nobody answers any more. */
  readonly dying: { left: number };
  /** How often each run has ended. */
  readonly ends: ReadonlyMap<string, number>;
  readonly letters: () => readonly Message[];
}

function createWorld(seed: number): World {
  const ends = new Map<string, number>();
  const dying = { left: Number.POSITIVE_INFINITY };
  const canvas = createCanvas({
    seed,
    faults: ALL_FAULTS,
    async onCall({ operation, input }, proceed) {
      if (dying.left-- <= 0) throw Object.assign(new Error('it has died'), { name: 'AccessDenied' });
      const output = await proceed();
      if (operation !== 'UpdateItem') return output;
      const { Key } = input as { Key: { pk: { S: string } } }; // As DynamoDB takes it, and answers below.
      const { Attributes } = output as { Attributes?: Readonly<Record<string, { S?: string }>> };
      const state = TASK_STATES.find((known) => known === Attributes?.state?.S);
      if (state !== undefined && isFinal(state)) ends.set(Key.pk.S, (ends.get(Key.pk.S) ?? 0) + 1);
      return output;
    },
  });
  const letters = (): readonly Message[] =>
    Object.values(canvas.queues).flatMap((queue) => canvas.sim.deadLetters(queue));
  return { ...canvas, dying, ends, letters };
}

/** Sends a workflow; the client of a mortal one dies after some calls. */
async function send(world: World, random: () => number, isMortal: boolean): Promise<Sent> {
  const { sim, dying } = world;
  const size = 1 + Math.floor(random() * (random() < 0.05 ? 200 : 25));
  const built = randomWorkflow(world, random, size);
  // A single call is a workflow of one.
  const { plan }: Pick<WorkflowSignature, 'plan'> =
    built.kind === 'workflow'
      ? built
      : {
          plan: {
            kind: 'chain',
            steps: [{ kind: 'task', task: built.task, input: built.input, options: {} }],
          },
        };
  const id = sim.newId();
  dying.left = isMortal ? Math.floor(random() * 6) : Number.POSITIVE_INFINITY;
  const signature: WorkflowSignature = { kind: 'workflow', plan };
  let result: AsyncResult<unknown> | undefined;
  // Who has not died sends it again, under the same id, when a fault has struck.
  for (let times = 0; times < (isMortal ? 1 : 20) && result === undefined; times++)
    result = await sim.send(signature, { id, deadline: '2d' }).catch(() => undefined);
  dying.left = Number.POSITIVE_INFINITY;
  return { plan, id, result };
}

/** Waits, and no more: what is overdue the app ends by itself. */
async function finish({ sim, queues }: World): Promise<readonly string[]> {
  const left = (): readonly string[] =>
    sim.emulator.services.sqs
      .snapshot()
      .filter(({ name }) => Object.values(queues).some((queue) => name === nameOf(queue)))
      .flatMap(({ messages }) => messages.map(({ body }) => body));
  for (let hour = 0; hour < 72 && (hour < 56 || left().length > 0); hour += 7) await sim.advance('7h');
  return left();
}

function nameOf({ name, ordered }: { readonly name: string; readonly ordered: boolean }): string {
  return `canvas-dev-${name}${ordered ? '.fifo' : ''}`;
}

interface Row {
  readonly state: string;
  readonly reason: string | undefined;
}

/** The records of all runs and workflows, by id, as they lie in the table. */
async function records({ sim }: World): Promise<ReadonlyMap<string, Row>> {
  const rows = new Map<string, Row>();
  let from: object = {};
  do {
    const answer = await sim.emulator.call('dynamodb', 'Scan', { TableName: TABLE, ...from });
    // The emulator answers as DynamoDB does.
    const { Items = [], LastEvaluatedKey: next } = answer as {
      Items?: readonly Item[];
      LastEvaluatedKey?: object;
    };
    for (const { pk, id, state, reason } of Items)
      if (pk?.S?.startsWith('run#') === true && state?.S !== undefined)
        rows.set(id?.S ?? '', { state: state.S, reason: reason?.S });
    from = next === undefined ? {} : { ExclusiveStartKey: next };
  } while (Object.keys(from).length > 0);
  return rows;
}

type Item = Readonly<Record<string, { readonly S?: string }>>;
const TABLE = 'canvas-dev-runs';

/** Faults strike whoever reads, too: asked again, as people do. */
async function read(result: AsyncResult<unknown>): Promise<unknown> {
  for (let times = 0; times < 50; times++) {
    const outcome = await result.get().then(
      (value) => ({ value }),
      (error) => ({ error }),
    );
    if ('value' in outcome) return outcome.value;
    if (outcome.error instanceof CeleriacError) throw outcome.error;
  }
  throw new Error('it cannot be read');
}

/** Looks at one workflow; resolves to the ids under which its tasks may have taken effect. */
async function judge(world: World, rows: ReadonlyMap<string, Row>, one: Sent): Promise<readonly string[]> {
  const row = (path: string): Row | undefined => rows.get(runIdOf(SPACE, one.id, path));
  const root = row('');
  const outside = toOutside(world, rows);
  const { meaning, did, mayHave } = meaningOf(one, outside);
  const where = `${one.id} ${JSON.stringify(one.plan)} ${JSON.stringify(root)}`;
  if (outside.isLost(one.id)) {
    // It never began, or what starts a part of it killed its workers: nothing else may end it so.
    const isBegun = world
      .letters()
      .some(({ workflow }) => workflow?.id === one.id && workflow.start !== undefined);
    expect(one.result === undefined || isBegun, where).toBe(true);
    expect(root?.state ?? 'FAILURE', where).toBe('FAILURE');
    const told = [...nodesOf(one.plan)].filter(([path]) => root !== undefined && /^e[0-9]+$/.test(path));
    const ids = told.map(([path]) => runIdOf(SPACE, one.id, path));
    expect(
      ids.filter((id) => !world.effects.has(id) && !outside.gaveUp(id)),
      where,
    ).toEqual([]);
    return isBegun ? allEffects(one, outside) : ids;
  }
  expect(root?.state, where).toBe(meaning.state);
  if (meaning.state === 'SUCCESS' && one.result !== undefined) {
    const value = await read(one.result);
    expect(isMeant(value, meaning.value), `${JSON.stringify([value, meaning.value])} ${where}`).toBe(true);
  }
  expect(
    did.filter((id) => !world.effects.has(id)),
    where,
  ).toEqual([]);
  return [...did, ...mayHave];
}

function toOutside({ letters, toSignature }: World, rows: ReadonlyMap<string, Row>): Outside {
  const lost = new Set(
    letters().flatMap(({ workflow }) => (workflow?.start === undefined ? [] : [workflow.id])),
  );
  return {
    toSignature,
    gaveUp(id) {
      const row = rows.get(id);
      return row?.state === 'FAILURE' && row.reason !== 'rejected';
    },
    isLost: (id) => lost.has(id) || !rows.has(id) || rows.get(id)?.reason === 'overdue',
  };
}

/**
 * Seeds that have found a fault: ids made at a time with a fraction were cut short (25, 1091); two messages
 * of one worker that read the same page of a plan stood still, each for the other's time (5153), and two that
 * asked where the same queue is (570113); a member that was given up between counting one that it added and
 * starting it (840924); what was linked to a group of nobody, by one who died after the end of the workflow
 * (770117, 770209); copies of what had failed at AWS, which their duplicates multiplied for a day until one
 * was given up though its run had succeeded (90439, 1200563, 1200752).
 */
const FOUND = [25, 1091, 5153, 90_439, 570_113, 840_924, 770_117, 770_209, 1_200_563, 1_200_752];

test.each([...FOUND, ...seeds()])('with seed %d every workflow comes to what it means', async (seed) => {
  const world = createWorld(seed);
  const random = createRandom(seed + 2);
  const sent: Sent[] = [];
  for (let index = 0; index < WORKFLOWS; index++) sent.push(await send(world, random, index % 4 === 3));

  const left = await finish(world);

  expect(left).toEqual([]);
  expect(world.changed).toEqual([]);
  const rows = await records(world);
  const judged: string[] = [];
  for (const one of sent) judged.push(...(await judge(world, rows, one)));
  const expected = new Set(judged);
  expect([...world.effects.keys()].filter((id) => !expected.has(id))).toEqual([]);
  expect([...world.ends].filter(([, count]) => count !== 1)).toEqual([]);
  await world.sim.close();
});
