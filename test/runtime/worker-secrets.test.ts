/** What a worker logs, records, replies, traces and dead-letters of a message that holds secrets. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { expect, test } from 'vitest';
import {
  bind,
  chain,
  defineApp,
  defineExchange,
  defineQueue,
  defineTask,
  fixed,
  group,
  map,
  type Telemetry,
} from '#lib';
import { simulate } from '#lib/testing';
import { deadBodies, envelope, put } from './simulated.ts';

const CARD = '4711 0815 "gold"';
const TOKEN = 'tok-94c1/8f=';
const BEARER = 'eyJhbGciOi.payload';
const SECRETS = [CARD, TOKEN, BEARER, JSON.stringify(CARD).slice(1, -1), encodeURIComponent(TOKEN)];

interface Payment {
  readonly card: string;
  readonly tokens: readonly string[];
  readonly sum: number;
}

const PAYMENT: Payment = { card: CARD, tokens: [TOKEN], sum: 40 };
const HEADERS = { authorization: `Bearer ${BEARER}`, tenant: 'acme' };
const redact = ['card', 'tokens.*'];
const queue = defineQueue('payments');
const retry = { attempts: 2, backoff: fixed('1s') } as const;

/** Takes whatever it is given. */
const payments: StandardSchemaV1<Payment> = {
  // Nothing here sends anything but payments.
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as Payment }) },
};

/** Quotes what it is given, as careless code does. */
function quoting({ card, tokens }: Payment, authorization = ''): Error {
  const cause = new Error(
    `POST https://bank.test/?token=${encodeURIComponent(tokens[0] ?? '')} ${authorization}`,
  );
  return Object.assign(new Error(`card ${card} refused: ${JSON.stringify({ body: { card } })}`, { cause }), {
    code: `E-${tokens[0]}`,
  });
}

const charge = defineTask('charge', {
  queue,
  retry,
  redact,
  run(payment: Payment, { log, headers }): void {
    log.info(`charging ${payment.card}`, {
      payment,
      headers,
      [payment.card]: new Map([['token', payment.tokens]]),
      error: new Error(payment.card),
    });
    throw quoting(payment, headers.authorization);
  },
});

test('no log line, dead letter’s error or reply has a secret; the dead letter’s input is kept', async () => {
  const lines: unknown[] = [];
  const sim = simulate(defineApp('shop', { tasks: [charge] }), { log: (line) => lines.push(line) });

  const sent = await sim.send(charge(PAYMENT, { headers: HEADERS }));
  const called = await sim.call(charge(PAYMENT), { timeout: '1m' }).catch((error: unknown) => error);
  const failed = await sent.get({ timeout: '1m' }).catch((error: unknown) => error);
  await sim.advance('1m');

  const [letter] = sim.deadLetters(queue).filter(({ headers }) => headers.tenant === 'acme');
  const { input, headers, ...around } = letter ?? {};
  expect(input).toEqual(PAYMENT);
  expect(headers).toEqual(HEADERS);
  expect(around).toMatchObject({
    dead: { error: { message: expect.stringContaining('[redacted] refused') } },
  });
  expect(textOf(lines)).toContain('charging [redacted]');
  expect(textOf(lines)).toContain('"tenant":"acme"');
  expect(textOf(failed)).toContain('card [redacted] refused');
  expect(textOf(called)).toContain('card [redacted] refused');
  expect(found([lines, around, failed, called])).toEqual([]);
});

test('the same search finds them all where a task names no secrets', async () => {
  const open = defineTask('open', {
    queue,
    retry,
    run(payment: Payment, { log, headers }): void {
      log.info('charging', { payment, headers });
      throw quoting(payment, headers.authorization);
    },
  });
  const lines: unknown[] = [];
  const sim = simulate(defineApp('shop', { tasks: [open] }), { log: (line) => lines.push(line) });

  await sim.send(open(PAYMENT, { headers: HEADERS }));
  await sim.advance('1m');

  expect(found(lines)).toEqual(SECRETS);
  expect(found(sim.deadLetters(queue).map(({ dead, history }) => [dead, history]))).toEqual(SECRETS);
});

test('a secret that a cut would split is hidden before the cut', async () => {
  const long = defineTask('long', {
    queue,
    retry: { attempts: 1 },
    redact: true,
    run(text: string): never {
      throw new Error('x'.repeat(3_990) + text);
    },
  });
  const secret = 'a-secret-of-many-letters';
  const lines: unknown[] = [];
  const sim = simulate(defineApp('shop', { tasks: [long] }), { log: (line) => lines.push(line) });

  await sim.send(long(secret));
  await sim.advance('1m');

  const [body = ''] = deadBodies(sim, queue);
  expect(textOf(lines)).not.toContain(secret.slice(0, 8));
  expect(body.split(secret.slice(0, 8))).toHaveLength(2);
});

test('an input that the schema refuses is not quoted, by the worker or by whoever sends it', async () => {
  const picky: StandardSchemaV1<Payment> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      validate: (value) => ({ issues: [{ message: `${textOf(value)} is no payment`, path: ['card'] }] }),
    },
  };
  const strict = defineTask('charge', { queue, redact, input: picky, run: () => {} });
  const lines: unknown[] = [];
  const sim = simulate(defineApp('shop', { tasks: [strict] }), { log: (line) => lines.push(line) });

  // As by a producer that does not check.
  await put(sim, queue, envelope('unchecked', 'charge', { input: PAYMENT }));
  await sim.advance('1m');
  const refused = await sim.send(strict(PAYMENT)).catch((error: unknown) => error);
  const planned = await sim.send(group([strict(PAYMENT)])).catch((error: unknown) => error);

  expect(refused).toMatchObject({
    code: 'INVALID_INPUT',
    message: expect.stringContaining('"sum":40'),
    value: { card: '[redacted]', tokens: ['[redacted]'], sum: 40 },
  });
  expect(planned).toMatchObject({ code: 'INVALID_INPUT' });
  const [letter] = sim.deadLetters(queue);
  expect(letter).toMatchObject({ input: PAYMENT, dead: { reason: 'invalid-input' } });
  expect(textOf(letter?.dead)).toContain('sum');
  expect(found([lines, allOf(refused), allOf(planned), letter?.dead, letter?.history])).toEqual([]);
});

test('what a schema makes of a secret is one, too, and so is what a chain hands on', async () => {
  const trimming: StandardSchemaV1<{ key: string }> = {
    '~standard': {
      version: 1,
      vendor: 'test',
      // A schema that is not shared with who sends.
      validate: (value) => ({ value: { key: String(Object(value).key).toUpperCase() } }),
    },
  };
  const make = defineTask('make', { queue, redact: ['key'], run: () => ({ key: 'made-by-the-first' }) });
  const use = defineTask('use', {
    queue,
    retry: { attempts: 1 },
    redact: ['key'],
    input: trimming,
    run({ key }: { key: string }): void {
      throw new Error(`${key} and ${key.toLowerCase()}`);
    },
  });
  const lines: unknown[] = [];
  const sim = simulate(defineApp('shop', { tasks: [make, use] }), { log: (line) => lines.push(line) });

  const result = await sim.send(chain(make(), use.with({})));
  const failed = await result.get({ timeout: '1m' }).catch((error: unknown) => error);

  expect(textOf(failed)).toContain('[redacted] and [redacted]');
  expect(textOf([lines, failed, sim.deadLetters(queue).map(({ dead }) => dead)])).not.toMatch(
    /made-by-the-first/i,
  );
});

test('each input of a list that a task is mapped over has its secrets', async () => {
  const one = defineTask('one', {
    queue,
    retry: { attempts: 1 },
    redact: ['key'],
    run({ key }: { key: string }): void {
      throw new Error(`no ${key}`);
    },
  });
  const lines: unknown[] = [];
  const sim = simulate(defineApp('shop', { tasks: [one] }), { log: (line) => lines.push(line) });

  await sim.send(map(one, [{ key: 'first-key' }, { key: 'second-key' }]));
  await sim.advance('1m');

  expect(textOf(lines)).toContain('no [redacted]');
  expect(textOf(lines)).not.toMatch(/first-key|second-key/);
});

test('traces, hooks and messages of exchanges show none either', async () => {
  const exchange = defineExchange('sales', { type: 'direct', messages: payments });
  const seen: unknown[] = [];
  const telemetry: Telemetry = {
    hooks: { onRetry: ({ error }) => void seen.push(error), onFailure: ({ error }) => void seen.push(error) },
    async run(_, work) {
      try {
        return await work();
      } catch (thrown) {
        seen.push(allOf(thrown));
        throw thrown;
      }
    },
  };
  const lines: unknown[] = [];
  const app = defineApp('shop', {
    tasks: [charge],
    bindings: [bind(exchange, 'card', charge)],
    telemetry,
    redactHeaders: ['X-Api-Pass'],
  });
  const sim = simulate(app, { log: (line) => lines.push(line) });

  await sim.publish(exchange, 'card', PAYMENT);
  await sim.advance('1m');

  expect(seen).toHaveLength(4);
  expect(textOf(seen)).toContain('card [redacted] refused');
  expect(found([seen, lines])).toEqual([]);
});

/** Which of the secrets stand in what was seen. */
function found(seen: unknown): readonly string[] {
  const text = textOf(seen);
  return SECRETS.filter(
    (secret) => text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1)),
  );
}

/** As JSON, errors and maps with all they have. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, member) => {
    if (member instanceof Error) return allOf(member);
    return member instanceof Map ? [...member] : member;
  });
}

function allOf(thrown: unknown): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const { name, message, stack, cause } = thrown;
  return { ...thrown, name, message, stack, cause: allOf(cause) };
}
