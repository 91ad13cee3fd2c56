/**
 * What a project may export. With declarations, the type of each is written out by its name, so each has to
 * have a public one; package.test.ts compiles this against the package.
 */
import {
  allOf,
  anyOf,
  at,
  bind,
  calendar,
  chunks,
  cron,
  defineApp,
  defineExchange,
  defineQueue,
  defineSchedule,
  defineTask,
  every,
  group,
  solar,
} from '#lib';
import { connect } from '#lib/aws';
import { createDesk } from '#lib/dashboard';
import { simulate } from '#lib/testing';

export const mail = defineQueue('mail');
export const greet = defineTask('greet', { queue: mail, run: ({ name }: { name: string }) => `Hi, ${name}` });
export const { redact, run, hooks, limits, once, retry } = greet;
export const orders = defineExchange('orders', { type: 'topic' });
export const { messages } = orders;
export const binding = bind(orders, '#', mail);
export const post = defineApp('post', { tasks: [greet], bindings: [binding] });

export const members = group([greet({ name: 'Ada' }), greet({ name: 'Bob' })]);
export const cut = chunks(greet, [{ name: 'Ada' }], 1);
export const handle = () => connect(post).send(members);

export const times = [cron('0 2 * * *'), every('1h'), at('2030-01-01T00:00:00Z'), anyOf(every('1m'))];
export const dates = [calendar({ days: 1 }), allOf(every('1m'))];
export const sun = solar('sunset', { latitude: 0, longitude: 0 });
export const sent = defineSchedule('sent', { trigger: every('1h'), send: members, deadline: '2h' });
export const { action } = sent;
export const called = async () => (await connect(post).schedules.get('nightly'))?.call;
export const placed = async () => (await connect(post).schedules.get('nightly'))?.placement;

export const dead = () => simulate(post).deadLetters(mail);
export const seen = () => {
  const { overview, runs, run, queues, deadLetters, exchanges, route } = createDesk(post);
  return { overview, runs, run, queues, deadLetters, exchanges, route };
};
