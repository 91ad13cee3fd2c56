/** `celeriac send`, `call`, `publish`, and what is done with single runs. */
import { describe, expect, test } from 'vitest';
import { forget, result, retry, revoke } from '../../lib/cli/run-commands.ts';
import { call, publish, send } from '../../lib/cli/send.ts';
import { createSession } from './session.ts';

const ORDER = '{"id":"o1"}';

describe('send', () => {
  test('passes the input as it is, and the options as a client takes them', async () => {
    const { session, calls } = createSession({ send: () => ({ id: 'r1' }) });
    const options = { delay: '10m', expires: '1h', force: true, header: ['tenant=a'] };

    const { value, text } = await send(session, options, 'charge', ORDER);

    expect(value).toEqual({ id: 'r1' });
    expect(text).toBe('sent r1');
    const given = { delay: '10m', expires: '1h', force: true, headers: { tenant: 'a' } };
    expect(calls).toEqual([['send', 'charge', ORDER, given]]);
  });

  test('a task without input gets null, a time is written in full, and stdin stands behind -', async () => {
    const { session, calls } = createSession({ send: () => ({ id: 'r1' }) }, { files: { '-': ORDER } });

    await send(session, { at: '2026-01-02T00:00+01:00' }, 'report');
    await send(session, {}, 'charge', '-');

    expect(calls).toEqual([
      ['send', 'report', 'null', { at: '2026-01-01T23:00:00.000Z' }],
      ['send', 'charge', ORDER, {}],
    ]);
  });

  test('a file of inputs that cannot be read is said as the option that names it', async () => {
    const { session, calls } = createSession({ send: () => ({ id: 'r1' }) });
    const read = async () => Promise.reject(new Error('ENOENT: no such file or directory'));

    const sending = send({ ...session, read }, { each: 'orders.jsonl' }, 'charge');

    await expect(sending).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', value: 'orders.jsonl' });
    await expect(sending).rejects.toThrow(
      "--each is 'orders.jsonl'; it must be a file with JSON in each line",
    );
    expect(calls).toEqual([]);
  });

  test('a time to come is no duration, which would be one that is over', async () => {
    const { session, calls } = createSession({ send: () => ({ id: 'r1' }) });

    const sending = send(session, { at: '2h' }, 'charge', ORDER);

    await expect(sending).rejects.toThrow("--at is '2h'; it must be a time such as");
    expect(calls).toEqual([]);
  });

  test('--wait prints the result', async () => {
    const { session, calls } = createSession({
      send: () => ({ id: 'r1' }),
      result: () => ({ result: '{"paid":40}' }),
    });

    const { value, text } = await send(session, { wait: '30s' }, 'charge', ORDER);

    expect(value).toEqual({ id: 'r1', result: { paid: 40 } });
    expect(JSON.parse(text)).toEqual({ paid: 40 });
    expect(calls[1]).toEqual(['result', 'r1', 30_000]);
  });

  test('--each sends a run a line, and says which could not be sent', async () => {
    const lines = Array.from({ length: 25 }, (_, index) => JSON.stringify({ n: index })).join('\n');
    const { session, calls } = createSession(
      {
        send: (_, input) => {
          if (input === '{"n":7}') throw new Error('too large');
          return { id: input };
        },
      },
      { files: { 'all.jsonl': `${lines}\n` } },
    );

    const { value, text, code } = await send(session, { each: 'all.jsonl' }, 'charge');

    expect(calls).toHaveLength(25);
    expect(value).toHaveLength(25);
    expect(text).toBe('line 8: too large\n24 of 25 sent');
    expect(code).toBe(1);
  });

  test('a line that is no JSON is found before anything is sent', async () => {
    const { session, calls } = createSession({}, { files: { f: '1\ntwo\n' } });

    const sending = send(session, { each: 'f' }, 'charge');

    await expect(sending).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('line 2 of f has 3 characters that are no JSON'),
    });
    expect(calls).toEqual([]);
  });

  test.each([
    [{}, 'tea', 'the input has 3 characters that are no JSON'],
    [{ delay: 'soon' }, '1', "--delay is 'soon'; it must be a duration"],
    [{ at: 'noon' }, '1', "--at is 'noon'; it must be a time"],
    [{ wait: '5' }, '1', "--wait is '5'; it must be a duration"],
  ])('%j with %j is refused before anything is sent', async (options, input, message) => {
    const { session, calls } = createSession({});

    const sending = send(session, options, 'charge', input);

    await expect(sending).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    });
    expect(calls).toEqual([]);
  });
});

test('call waits for the answer, and prints a text without its quotes', async () => {
  const { session, calls } = createSession({ call: () => ({ result: '"tea: 3"' }) });

  const { value, text } = await call(session, { timeout: '5s' }, 'price', ORDER);

  expect([value, text]).toEqual(['tea: 3', 'tea: 3']);
  expect(calls).toEqual([['call', 'price', ORDER, 5_000]]);
});

test.each([
  [true, 0, 'published m1 to task charge'],
  [false, 1, 'published m1, but nobody gets it'],
])('publish says who gets it (routed: %s)', async (routed, code, text) => {
  const to = routed ? [{ kind: 'task', name: 'charge', queue: 'work', because: 'orders --#--> charge' }] : [];
  const { session, calls } = createSession({ publish: () => ({ messageId: 'm1', route: { routed, to } }) });

  const answer = await publish(session, { header: ['urgent=true'] }, 'orders', 'order.new', ORDER);

  expect([answer.text, answer.code ?? 0]).toEqual([text, code]);
  expect(calls).toEqual([['publish', 'orders', 'order.new', ORDER, { urgent: true }]]);
});

describe('a run', () => {
  test("'s result is waited for and printed", async () => {
    const { session, calls } = createSession({ result: () => ({ result: '[1,2]' }) });

    const { value } = await result(session, { timeout: '1m' }, 'r1');

    expect(value).toEqual([1, 2]);
    expect(calls).toEqual([['result', 'r1', 60_000]]);
  });

  test.each([
    ['revoked', false, 0],
    ['running', true, 0],
    ['running', false, 1],
    ['over', true, 1],
  ])(
    'that is revoked with the outcome %s (terminate: %s) ends with %i',
    async (outcome, terminate, expected) => {
      const { session, calls } = createSession({ revoke: () => ({ outcome }) });

      const { code = 0 } = await revoke(session, { terminate, task: 'charge' }, 'r1');

      expect(code).toBe(expected);
      expect(calls).toEqual([['revoke', 'r1', terminate, 'charge']]);
    },
  );

  test('is retried with another input', async () => {
    const { session, calls } = createSession({ retry: () => ({ id: 'r2' }) });

    await retry(session, {}, 'r1');
    await retry(session, { input: ORDER }, 'r1');

    expect(calls).toEqual([
      ['retry', 'r1', undefined],
      ['retry', 'r1', ORDER],
    ]);
  });

  test('is forgotten after a question only', async () => {
    const no = createSession({ forget: () => {} });
    const yes = createSession({ forget: () => {} }, { yes: true });

    const refused = forget(no.session, {}, 'r1');
    await forget(yes.session, {}, 'r1');

    await expect(refused).rejects.toThrow('nothing was forgotten');
    expect(no.calls).toEqual([]);
    expect(yes.calls).toEqual([['forget', 'r1']]);
    expect(yes.questions).toEqual(['forget input, result and error of run r1']);
  });
});
