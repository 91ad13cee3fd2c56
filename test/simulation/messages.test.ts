/**
 * Published messages under every fault at once: each comes to exactly one end with each of its takers, it is
 * handled or it is a dead letter with its reason; consumers with `once` end each message once, and those that
 * ack early begin it at most once.
 */
import { expect, test } from 'vitest';
import { createRandom } from '#lib/testing';
import {
  BEHAVIOURS,
  type Body,
  createMessageStorm,
  type Dead,
  deadOf,
  finish,
  type MessageStorm,
  PLACES,
  type Place,
  publish,
  UNTOLD,
} from './message-storm.ts';
import { seeds } from './seeds.ts';

const MESSAGES = 40;
const SEEDS = seeds('messages');

interface Sent {
  readonly place: Place;
  readonly body: Body;
}

async function send(storm: MessageStorm, seed: number): Promise<readonly Sent[]> {
  const random = createRandom(seed + 3);
  const pick = <T>(list: readonly T[], otherwise: T): T =>
    list[Math.floor(random() * list.length)] ?? otherwise;
  const places = Object.keys(PLACES) as Place[]; // The keys are of this very object.
  const sent: Sent[] = [];
  for (let index = 0; index < MESSAGES; index++) {
    const place = pick(places, 'plain');
    const behaviour = pick(BEHAVIOURS, 'take');
    const body = { index, behaviour: fitting(place, behaviour) };
    await publish(storm, place, body);
    // A publisher that heard nothing publishes once more, under the same id.
    if (place === 'once') await publish(storm, place, body);
    sent.push({ place, body });
  }
  return sent;
}

/** Only work comes round again: what is refused for good there would go round for good, elsewhere it dies. */
function fitting(place: Place, behaviour: Body['behaviour']): Body['behaviour'] {
  if (place !== 'work') return behaviour === 'reject twice' ? 'reject' : behaviour;
  return behaviour === 'reject' || behaviour === 'always fail' ? 'reject twice' : behaviour;
}

/** What may have become of a message with one of its takers. */
function expected({ place, body }: Sent): RegExp {
  const { behaviour } = body;
  if (place === 'work') {
    // What crashed waits and comes back, and nobody has refused it on its way round: it stays beside the
    // queue from which it would go round again, `wait`, or `work` if it was refused and had waited before.
    const circle = behaviour === 'reject twice' ? '|work-dlq crashed after expired' : '';
    const dead = `wait-dlq expired after crashed${circle}|work-dlq worker-error`;
    return new RegExp(`^(done|${dead}|(work|wait)-dlq (unsent|untold))$`);
  }
  const dead =
    behaviour === 'reject' ? 'rejected' : behaviour === 'always fail' ? 'attempts-exhausted' : undefined;
  if (place === 'plain')
    return dead === undefined
      ? /^(done|in the morgue|plain-dlq untold)$/
      : /^(in|from) the morgue|^plain-dlq (unsent|untold)$/;
  // SQS counts to 1000 on an ordered queue.
  const crashed = place === 'line' ? 'crashed' : 'crashed|untold';
  if (dead === undefined) return new RegExp(`^(done|${place}-dlq (${crashed}))$`);
  return new RegExp(`^${place}-dlq (${dead}|${crashed})$`);
}

function outcomeOf(storm: MessageStorm, taker: string, { body }: Sent, before: readonly Dead[] = []): string {
  const id = `m${body.index}`;
  const letters = deadOf(storm, before);
  const dead = letters.find(({ key }) => key === `${taker} ${id}`);
  if (dead !== undefined && storm.unsent.has(dead.id)) return `${dead.queue}-dlq unsent`;
  if (dead !== undefined) return `${dead.queue}-dlq ${dead.reason}${beforeThat(dead)}`;
  if (storm.done.has(`queue:morgue ${id}`)) return 'in the morgue';
  if (letters.some(({ key }) => key === `queue:morgue ${id}`)) return 'from the morgue';
  return storm.done.has(`${taker} ${id}`) ? 'done' : 'lost';
}

/** What had become of a dead letter on its way round, where that says why it stayed where it is. */
function beforeThat({ reason, history }: Dead): string {
  if (reason === 'expired' && history.includes('crashed')) return ' after crashed';
  return reason === 'crashed' && history.at(-2) === 'expired' ? ' after expired' : '';
}

/** As many share a batch, and die with it again and again where it comes to that. */
const UNTOLD_MAX = 10;

function untold(letters: readonly Dead[]): number {
  return letters.filter(({ reason }) => reason === UNTOLD).length;
}

test.each(SEEDS)('with seed %d every message comes to one end with each of its takers', async (seed) => {
  const storm = createMessageStorm(seed);

  const sent = await send(storm, seed);
  const left = await finish(storm);

  const ends = sent.flatMap((one) =>
    PLACES[one.place].map((taker) => ({ one, taker, outcome: outcomeOf(storm, taker, one) })),
  );
  expect(left).toEqual([]);
  for (const { one, taker, outcome } of ends) {
    const where = `${taker} m${one.body.index} ${one.body.behaviour}: ${outcome}`;
    if (one.place === 'early') continue;
    expect(outcome, where).toMatch(expected(one));
  }
  const early = [...storm.starts].filter(([key]) => key.startsWith('queue:early'));
  expect(early.filter(([, count]) => count > 1)).toEqual([]);
  expect(storm.records.illegal).toEqual([]);
  expect([...storm.records.ends].filter(([, count]) => count !== 1)).toEqual([]);

  const dead = deadOf(storm);
  expect(untold(dead)).toBeLessThanOrEqual(UNTOLD_MAX);

  storm.heal();
  for (const queue of Object.values(storm.queues)) await storm.sim.redrive(queue);
  const leftAgain = await finish(storm);

  expect(leftAgain).toEqual([]);
  for (const { taker, one, outcome } of ends.filter((end) => end.outcome.includes('-dlq'))) {
    // What is acked before it runs may be lost with its worker, redriven or not.
    if (one.place === 'early') continue;
    const where = `${taker} m${one.body.index} ${one.body.behaviour}: ${outcome}, then`;
    const again = outcomeOf(storm, taker, one, dead);
    expect(again, where).toMatch(/^done$|-dlq (crashed|untold)|after crashed/);
  }
  expect(untold(deadOf(storm, dead))).toBeLessThanOrEqual(UNTOLD_MAX);
  await storm.sim.close();
});
