/** Every command, option, code and member that the README and the guides name is there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Broker } from '#infra';
import { defineApp, defineExchange, defineTask, group } from '#lib';
import { simulate } from '#lib/testing';
import { CATALOGUE } from '../../lib/cli/catalogue/index.ts';
import { textOfCode } from '../../lib/codes/catalogue.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = [
  'README.md',
  'templates/README.md',
  ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
].filter((page) => page.endsWith('.md'));
const TEXTS = PAGES.map((page) => [page, readFileSync(join(ROOT, page), 'utf8')] as const);
const COMMANDS = new Map(CATALOGUE.map((entry) => [entry.name, entry]));

test.each(TEXTS)('the commands in %s exist, with their options', (_page, text) => {
  expect(wrongCommands(text)).toEqual([]);
});

test('a command that there is not, an option of another one and a code that is none are found', () => {
  const text = '`celeriac sendd x`, `celeriac send t --preview`, `celeriac queues redrive q --preview`';

  expect(wrongCommands(text)).toEqual(['`celeriac sendd x', 'send --preview']);
  expect(wrongCodes('RESULT_TIMEOUT RESULT_TIMEOOT NO_ROUTE')).toEqual(['RESULT_TIMEOOT']);
});

/** Words of AWS, AMQP, Celery, APScheduler and of the environment. */
const OTHERS = new RegExp(
  '^(AWS|CELERIAC|JOB|ECS|CDK|LOG_LEVEL|NO_COLOR|NO_ROUTE|PRECONDITION_FAILED|CURRENT_|UPDATE_|CREATE_|' +
    'DELETE_|ROLLBACK_|KEYS_ONLY|NEW_|PAY_PER)',
);

test.each(TEXTS)('the codes in %s are codes', (_page, text) => {
  expect(wrongCodes(text)).toEqual([]);
});

test('the members of client, context and broker that pages name are there', async () => {
  const kept: string[] = [];
  const task = defineTask('task', {
    run(_: unknown, context) {
      kept.push(...Object.keys(context));
    },
  });
  const app = defineApp('names', {
    tasks: [task],
    exchanges: [defineExchange('news', { type: 'fanout' })],
    runtimeSchedules: true,
  });
  await using sim = simulate(app);
  await sim.send(task());
  await sim.settle();
  const result = await sim.send(task());
  const many = await sim.send(group([task()]));
  const there: Readonly<Record<string, readonly string[]>> = {
    client: Object.keys(sim),
    'client.schedules': Object.keys(sim.schedules),
    'client.limits': Object.keys(sim.limits),
    context: kept,
    result: [...Object.keys(result), ...Object.keys(many)],
    broker: [...Object.getOwnPropertyNames(Broker.prototype), ...FIELDS],
  };

  const wrong = TEXTS.flatMap(([page, text]) =>
    Object.entries(there).flatMap(([owner, members]) =>
      [...text.matchAll(new RegExp(`\\b${owner.replace('.', '\\.')}\\.(\\w+)`, 'g'))].flatMap(
        ([, member = '']) => (members.includes(member) ? [] : [`${page}: ${owner}.${member}`]),
      ),
    ),
  );

  expect(wrong).toEqual([]);
});

/** Fields of a construct are made when it is; their declarations stand in its source. */
const FIELDS = [...readFileSync(join(ROOT, 'infra/broker.ts'), 'utf8').matchAll(/^ {2}readonly (\w+)/gm)].map(
  ([, name = '']) => name,
);

function wrongCommands(text: string): readonly string[] {
  const lines = text.matchAll(/(?:`|^|npx )celeriac ((?:[a-z-]+ ?)+)([^`\n]*)/gm);
  return [...lines].flatMap(([line, words = '', rest = '']) => {
    const [first = '', second = ''] = words.split(' ');
    const command = COMMANDS.get(`${first} ${second}`) ?? COMMANDS.get(first);
    const isGroup = [...COMMANDS.keys()].some((name) => name.startsWith(`${first} `));
    if (command === undefined) return isGroup ? [] : [line];
    const own = [
      '--help',
      '--no-color',
      ...(command.options ?? []).flatMap(({ flags }) => flags.split(/[ ,]/)),
    ];
    const given = `${words}${rest.replace(/ # .*/, '')}`.matchAll(/ (--[a-z-]+)/g);
    return [...given].flatMap(([, option = '']) => (own.includes(option) ? [] : [`${first} ${option}`]));
  });
}

function wrongCodes(text: string): readonly string[] {
  const words = [...text.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)].map(([word]) => word);
  return words.filter((word) => !OTHERS.test(word) && textOfCode(word) === undefined);
}
