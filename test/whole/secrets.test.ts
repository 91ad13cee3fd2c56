/**
 * Secrets on the way through a synthesized app: in input, headers, result, thrown errors, refused input, dead
 * letters, retries, revokes, a step of a chain, replies and a schedule. Everything that workers, `later`, a
 * client, the dashboard and the command line say of them is searched.
 */
import { join } from 'node:path';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type AsyncResult, chain, every } from '#lib';
import { connect } from '#lib/aws';
import { main } from '../../lib/cli/main.ts';
import { type Program, startProgram } from './program.ts';
import { addressOf } from './provisioned.ts';
import { check, inTurn, type Payment, pay, payments, tell, tokenOf, vault } from './vault/app.ts';

const ROOT = join(import.meta.dirname, '../..');
const BIN = join(ROOT, 'bin/celeriac.js');
const HOME = join(import.meta.dirname, 'vault');
const APP = join(HOME, 'app.ts');

const CARD = '4711/0815 "gold"';
const BEARER = 'eyJhbGciOiJIUzI1.c2VjcmV0';
const PIN = 'pin-70391';
const HEADERS = { authorization: `Bearer ${BEARER}`, 'x-pin': PIN, tenant: 'acme' };
/** The same of whoever names no secrets. */
const OPEN_CARD = '9999/1111 "wood"';

type Channel = 'log' | 'client' | 'answers' | 'said' | 'json';
const heard: Record<Channel, string[]> = { log: [], client: [], answers: [], said: [], json: [] };

let program: Program;

beforeAll(async () => {
  program = startProgram(process.execPath, [BIN, 'dev', '--port', '0', '--dashboard', '0'], HOME);
  const endpoint = await program.listening();
  const dashboard = (await program.says(/dashboard (http:\S+)\n/)).replace('dashboard ', '').trim();
  const ids = await live(endpoint);
  await askDashboard(dashboard, ids);
  await askCommands(endpoint, ids);
  const { stdout, stderr } = await program.end();
  heard.log.push(stdout, stderr);
});

afterAll(() => program[Symbol.asyncDispose]());

test.each<Channel>(['log', 'client', 'answers', 'said', 'json'])(
  'no secret is in what is heard: %s',
  (channel) => {
    const text = heard[channel].join('\n');

    const found = formsOf([CARD, tokenOf(CARD), BEARER, PIN]).filter((secret) => text.includes(secret));

    expect(found).toEqual([]);
    expect(text).toContain('[redacted]');
  },
);

test.each<Channel>(['log', 'client', 'answers', 'said', 'json'])(
  'the same search finds the card of a task that names no secrets: %s',
  (channel) => {
    const text = heard[channel].join('\n');

    const found = formsOf([OPEN_CARD]).filter((secret) => text.includes(secret));

    expect(found).not.toEqual([]);
  },
);

/** Makes all that can happen to a message; resolves to the ids of the runs. */
async function live(endpoint: string): Promise<readonly string[]> {
  const address = addressOf(endpoint);
  await using client = connect(vault, address);
  const options = { headers: HEADERS };
  const hear = (error: unknown): void => void heard.client.push(textOf(error));
  const ended = <Output>(result: AsyncResult<Output>): Promise<void> =>
    result.get({ timeout: '60s' }).then(() => {}, hear);
  const ids: string[] = [];
  const twice = async (mode: Payment['mode']): Promise<void> => {
    const sent = await Promise.all([
      client.send(pay({ card: CARD, mode }, options)),
      client.send(tell({ card: OPEN_CARD, mode }, options)),
    ]);
    ids.push(...sent.map(({ id }) => id));
    await Promise.all(sent.map((one) => ended(one)));
  };
  const delayed = await client.send(pay({ card: CARD, mode: 'pays' }, { ...options, delay: '10m' }));
  const chained = await client.send(chain(pay({ card: CARD, mode: 'pays' }, options), check.with({})));
  ids.push(delayed.id, chained.id);
  await delayed.revoke();
  await client.schedules.add('monthly', {
    trigger: every('30d'),
    send: pay({ card: CARD, mode: 'fails' }, options),
  });
  await client.schedules.runNow('monthly');
  await client.publish(payments, 'card', { card: CARD, mode: 'fails' }, options);
  // As by a program of another language, which checks nothing.
  const wrong = {
    celeriac: 1,
    id: 'unchecked',
    task: 'pay',
    input: { card: CARD, mode: 'steals' },
    headers: HEADERS,
    sentAt: Date.now(),
  };
  const damaged = { ...wrong, id: 7 };
  const account = address.credentials.accessKeyId;
  for (const body of [wrong, damaged])
    await new SQSClient(address).send(
      new SendMessageCommand({
        QueueUrl: `${endpoint}/${account}/vault-dev-secret`,
        MessageBody: JSON.stringify(body),
      }),
    );
  await Promise.all([
    ...(['pays', 'fails', 'fails once', 'rejects'] as const).map(twice),
    ended(await client.send(inTurn({ card: CARD, mode: 'fails' }, { ...options, delay: '1s' }))),
    ended(chained),
    client.call(pay({ card: CARD, mode: 'fails' }, options), { timeout: '60s' }).catch(hear),
    // Its mode is none.
    client.send(pay({ card: CARD, mode: 'steals' as 'pays' }, options)).catch(hear),
    client.send(tell({ card: OPEN_CARD, mode: 'steals' as 'pays' }, options)).catch(hear),
  ]);
  return ids;
}

/** Asks the dashboard all that its page asks. */
async function askDashboard(url: string, ids: readonly string[]): Promise<void> {
  const names = ['secret', 'open', 'ordered', 'secret-dlq', 'open-dlq', 'ordered-dlq'];
  const questions = [
    ...['', 'page.js', 'metrics', 'openapi.json', 'api/overview', 'api/tasks', 'api/runs?limit=200'],
    ...[
      `api/runs?search=${encodeURIComponent('input:4711')}`,
      'api/workflows',
      'api/queues',
      'api/dead-letters',
    ],
    ...['api/exchanges', 'api/schedules', 'api/workers', 'api/limits', 'api/cost', 'api/graph'],
    ...names.map((name) => `api/queues/${name}/messages`),
    ...ids.flatMap((id) => [`api/runs/${id}`, `api/workflows/${id}`, `api/waiting/${id}`]),
  ];
  const input = (card: string, mode: string) => ({ input: JSON.stringify({ card, mode }) });
  const actions: readonly (readonly [string, object])[] = [
    ['api/tasks/pay/send', input(CARD, 'steals')],
    ['api/tasks/pay/send', { input: `{"card": "${CARD}` }],
    ['api/tasks/pay/call', { ...input(CARD, 'pays'), timeout: '30s' }],
    ['api/tasks/pay/call', { ...input(CARD, 'rejects'), timeout: '30s' }],
    ['api/exchanges/payments/publish', { key: 'card', body: JSON.stringify({ card: CARD }), headers: {} }],
    ['api/dead-letters/redrive', { queue: 'secret', preview: true }],
    ...ids.map((id) => [`api/runs/${id}/result`, { timeout: '1s' }] as const),
  ];
  for (const path of questions) heard.answers.push(await (await fetch(`${url}/${path}`)).text());
  for (const [path, body] of actions) {
    const headers = { 'content-type': 'application/json', 'x-celeriac': '1' };
    const answered = await fetch(`${url}/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    heard.answers.push(await answered.text());
  }
}

/** Gives every command that shows something, for people and for programs. */
async function askCommands(endpoint: string, ids: readonly string[]): Promise<void> {
  const commands: readonly (readonly string[])[] = [
    ...['active', 'scheduled', 'reserved', 'queues', 'workers', 'stats'].map((what) => ['inspect', what]),
    ...['secret', 'open', 'secret-dlq', 'open-dlq', 'ordered-dlq'].map((name) => ['queues', 'peek', name]),
    ...[
      ['runs', 'list'],
      ['queues', 'list'],
      ['queues', 'dead-letters'],
      ['schedules', 'list'],
      ['limits', 'list'],
    ],
    ...['secret', 'open', 'ordered'].map((name) => ['queues', 'redrive', name, '--preview']),
    ...ids.map((id) => ['runs', 'show', id]),
    ...ids.slice(0, 4).map((id) => ['result', id, '--timeout', '1s']),
    ['call', 'pay', JSON.stringify({ card: CARD, mode: 'rejects' }), '--timeout', '30s'],
    ['send', 'pay', JSON.stringify({ card: CARD, mode: 'steals' })],
    ['send', 'pay', `{"card": "${CARD}`],
  ];
  for (const words of commands) {
    const place = [...words, '--app', APP, '--endpoint', endpoint];
    heard.said.push(await said(place));
    heard.json.push(await said([...place, '--json']));
  }
}

/** What a command writes, to either stream. */
async function said(words: readonly string[]): Promise<string> {
  const texts: string[] = [];
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      texts.push(String(text));
      return true;
    }),
  );
  try {
    await main(['node', 'celeriac', ...words]);
    return texts.join('');
  } finally {
    process.exitCode = 0;
    for (const spy of spies) spy.mockRestore();
  }
}

/** Texts as they are, and as JSON, JSON inside JSON, addresses and headers write them. */
function formsOf(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => {
    const once = JSON.stringify(text).slice(1, -1);
    return [text, once, JSON.stringify(once).slice(1, -1), encodeURIComponent(text)];
  });
}

/** An error with all that it has, as a program's own log may show it. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error);
  const { name, message, stack, cause } = error;
  return JSON.stringify({ ...error, name, message, stack, cause: cause === undefined ? '' : textOf(cause) });
}
