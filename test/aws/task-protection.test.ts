/** When a worker asks ECS to spare its task. */
import { expect, test } from 'vitest';
import { createTaskProtection } from '../../lib/aws/task-protection.ts';
import type { LogLine } from '../../lib/runtime/ports.ts';
import { createTestClock } from '../runtime/test-clock.ts';

const MINUTE_MS = 60_000;

/** A worker beside an agent that notes what it is asked, and may refuse. */
function createWorld() {
  const clock = createTestClock(0);
  const asked: string[] = [];
  const log: LogLine[] = [];
  let isBusy = false;
  let answer: (wanted: boolean) => Response | Error = granted;
  const put = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const { ProtectionEnabled, ExpiresInMinutes } = JSON.parse(String(init?.body));
    asked.push(`${clock.now() / 1_000} s: ${init?.method} ${url} ${ProtectionEnabled} ${ExpiresInMinutes}`);
    const given = answer(ProtectionEnabled);
    if (given instanceof Error) throw given;
    return given;
  };
  const ports = { clock, log: (line: LogLine) => void log.push(line), fetch: put };
  const protection = createTaskProtection(ports, 'http://agent/api', () => isBusy);
  const times = () => asked.map((text) => `${text.split(':')[0]} ${text.split(' ').at(-2)}`);
  return {
    ...{ clock, asked, log, protection, times },
    setBusy: (busy: boolean) => {
      isBusy = busy;
    },
    setAnswer: (next: typeof answer) => {
      answer = next;
    },
  };
}

function granted(wanted: boolean): Response {
  return Response.json({ protection: { ProtectionEnabled: wanted, ExpirationDate: null, TaskArn: 'arn' } });
}

function notValid(): Response {
  return Response.json({ failure: { Arn: 'arn', Detail: null, Reason: 'TASK_NOT_VALID' } });
}

test('a worker that has nothing asks for nothing, not even when it ends', async () => {
  const { clock, asked, protection } = createWorld();

  await clock.advance(60 * MINUTE_MS);
  await protection.end();

  expect(asked).toEqual([]);
});

test('a worker is protected from its first message on, for as long as it has some', async () => {
  const { clock, asked, times, setBusy } = createWorld();
  await clock.advance(5_500);

  setBusy(true);
  await clock.advance(12 * MINUTE_MS);
  setBusy(false);
  await clock.advance(MINUTE_MS);

  expect(asked[0]).toBe('6 s: PUT http://agent/api/task-protection/v1/state true 20');
  expect(times()).toEqual(['6 s true', '306 s true', '606 s true', '735 s false']);
});

test('short tasks one after the other are one protection', async () => {
  const { clock, times, setBusy } = createWorld();

  for (let round = 0; round < 20; round++) {
    setBusy(true);
    await clock.advance(2_000);
    setBusy(false);
    await clock.advance(5_000);
  }

  expect(times()).toEqual(['1 s true']);
});

test.each([
  ['a failure', notValid, /200 .*TASK_NOT_VALID/],
  ['a throttle', () => new Response('{"error":{"Code":"Throttling"}}', { status: 429 }), /429 .*Throttling/],
  ['what is no JSON', () => new Response('<html>'), /SyntaxError/],
  ['nothing at all', () => new Error('ECONNREFUSED'), /ECONNREFUSED/],
] as const)(
  '%s is said once, asked again ever later, and forgotten when it is over',
  async (_title, no, text) => {
    const { clock, log, times, setBusy, setAnswer } = createWorld();
    setAnswer(no);
    setBusy(true);

    await clock.advance(20_000);
    setAnswer(granted);
    await clock.advance(20_000);

    expect(times()).toEqual(['1 s true', '3 s true', '7 s true', '15 s true', '31 s true']);
    const warned = log.filter(({ level }) => level === 'warn');
    expect(warned.map(({ error }) => String(error))).toEqual([expect.stringMatching(text)]);
  },
);

test('a worker that ends gives its protection up, and asks no more', async () => {
  const { clock, times, setBusy, protection } = createWorld();
  setBusy(true);
  await clock.advance(2_000);

  await protection.end();
  await clock.advance(60 * MINUTE_MS);

  expect(times()).toEqual(['1 s true', '2 s false']);
});
