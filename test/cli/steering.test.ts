/** Commands that list and steer: queries as a desk takes them, tables for people, and questions first. */
import { describe, expect, test } from 'vitest';
import { setLimits, shutdownWorker } from '../../lib/cli/control.ts';
import { inspectReserved, inspectScheduled, inspectStats } from '../../lib/cli/inspect.ts';
import { purge } from '../../lib/cli/queues.ts';
import { redrive } from '../../lib/cli/redrive.ts';
import { listRuns, showRun } from '../../lib/cli/runs.ts';
import { removeSchedule } from '../../lib/cli/schedules.ts';
import type { Overview, QueueRow, RunDetail, RunRow } from '../../lib/dashboard/row.ts';
import { CeleriacError } from '../../lib/errors.ts';
import { createSession, NOW } from './session.ts';

const RUN: RunRow = {
  id: 'r1',
  task: 'charge',
  queue: 'work',
  state: 'FAILURE',
  sentAt: NOW - 90_000,
  runtime: 1_250,
  retries: 2,
  error: 'card declined\nat charge',
};
const WORK: QueueRow = {
  name: 'work',
  kind: 'queue',
  ready: 3,
  inFlight: 5,
  delayed: 1,
  oldest: 75,
  ordered: false,
  paused: true,
  consumers: ['Worker-work'],
  tasks: ['charge'],
};
describe('runs', () => {
  test('that have no record yet are shown with what may keep them', async () => {
    const waiting = { kind: 'queued', sentence: 'it has not begun' } as const;
    const { session } = createSession({
      run: () => Promise.reject(new CeleriacError('NOT_FOUND', "there is no run 'r2'")),
      waiting: () => waiting,
    });

    const { text, value } = await showRun(session, {}, 'r2');

    expect(value).toEqual({ id: 'r2', waiting });
    expect(text).toMatch(/^id +r2\nwaiting +it has not begun$/);
  });

  test('that nothing is known of, nor of why they would wait, are not found', async () => {
    const refused = new CeleriacError('NOT_FOUND', "there is no run 'r2'");
    const { session } = createSession({ run: () => Promise.reject(refused), waiting: () => undefined });

    await expect(showRun(session, {}, 'r2')).rejects.toBe(refused);
  });

  test('are asked for as the options say, and stand in a table', async () => {
    const { session, calls } = createSession({ runs: () => ({ rows: [RUN], next: 'c2' }) });
    const options = { state: 'FAILURE', task: 'charge', from: '1d', limit: '20' };

    const { text, value } = await listRuns(session, options, 'declined');

    expect(calls).toEqual([
      [
        'runs',
        {
          state: 'FAILURE',
          task: 'charge',
          from: NOW - 86_400_000,
          search: 'declined',
          sort: '-sentAt',
          limit: 20,
        },
      ],
    ]);
    expect(value).toEqual({ rows: [RUN], next: 'c2' });
    expect(text.split('\n')).toEqual([
      'id  task    state    queue  sent            took   retries  error',
      'r1  charge  FAILURE  work   1 min 30 s ago  1.3 s        2  card declined',
      'more: --after c2',
    ]);
  });

  test.each([
    [{ limit: '501' }, "--limit is '501'; it must be a whole number from 1 to 500"],
    [{ limit: '50', state: 'lost' }, "--state is 'lost'; it must be one of PENDING"],
    [{ limit: '50', to: 'later' }, "--to is 'later'; it must be a time"],
  ])('%j is refused', async (options, message) => {
    const listing = listRuns(createSession({}).session, options);

    await expect(listing).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(message),
    });
  });

  test('are shown whole, with the reason why one waits', async () => {
    const detail: RunDetail = {
      ...RUN,
      state: 'RETRY',
      input: '{"id":"o1"}',
      attempts: [
        { attempt: 1, at: NOW - 60_000, outcome: 'nack', error: { name: 'Error', message: 'declined' } },
      ],
      waiting: { kind: 'retry', sentence: 'retry 2 of 4 in 5 s' },
    };
    const { session } = createSession({ run: () => detail });

    const { text } = await showRun(session, {}, 'r1');

    expect(text).toMatch(/^waiting +retry 2 of 4 in 5 s$/m);
    expect(text).toMatch(/^input +\{\n +"id": "o1"\n +\}$/m);
    expect(text).toMatch(/^ +1 +2026-01-01 11:59:00Z +nack +Error: declined$/m);
  });
});

describe('inspect', () => {
  test('scheduled names what waits and why, and leaves out what does not', async () => {
    const runs = [
      { ...RUN, id: 'a', state: 'PENDING' as const },
      { ...RUN, id: 'b', state: 'PENDING' as const },
    ];
    const delayed = { kind: 'delayed' as const, sentence: 'delayed until 12:20', until: NOW + 1_200_000 };
    const message = { messageId: 'm', receives: 0, body: '{}', task: 'ship' };
    const { session } = createSession({
      runs: ({ state }) => ({ rows: state === 'PENDING' ? runs : [] }),
      queues: () => [
        { ...WORK, delayed: 2 },
        { ...WORK, name: 'idle', delayed: 0 },
      ],
      peek: () => [
        { ...message, id: 'c', waiting: delayed },
        { ...message, id: 'a', waiting: delayed },
        { ...message, id: 'd' },
      ],
      waiting: (id) =>
        id === 'a' ? { kind: 'delayed', sentence: 'delayed until 12:10', until: NOW + 600_000 } : undefined,
    });

    const { value, text } = await inspectScheduled(session, { limit: '50' });

    expect(value).toMatchObject({ waiting: [{ id: 'a' }, { id: 'c', task: 'ship' }], delayed: { work: 2 } });
    expect(text).toMatch(/^a +charge +work +in 10 min +delayed until 12:10$/m);
    expect(text).toMatch(/^c +ship +work +in 20 min +delayed until 12:20$/m);
    expect(text).toContain('delayed messages: 2 in work');
  });

  test('reserved is what is in flight and has not started', async () => {
    const { session } = createSession({
      queues: () => [WORK, { ...WORK, name: 'work-dlq', kind: 'dead-letter' }],
      runs: () => ({ rows: [{ ...RUN, state: 'STARTED' }] }),
    });

    const { value } = await inspectReserved(session);

    expect(value).toEqual([
      { queue: 'work', inFlight: 5, active: 1, reserved: 4, consumers: ['Worker-work'] },
    ]);
  });

  test('stats says so where no task keeps records', async () => {
    const overview: Overview = {
      app: 'shop',
      stage: 'prod',
      now: NOW,
      readOnly: false,
      keepsRuns: false,
      states: {},
      series: [{ at: NOW, sent: 4, succeeded: 2, failed: 1, retried: 1 }],
      queues: [WORK],
      deadLetters: 3,
    };
    const { session } = createSession({ overview: () => overview });

    const { text } = await inspectStats(session);

    expect(text).toContain('shop (prod)\nno task keeps records');
    expect(text).toContain('4 sent, 2 succeeded, 1 failed, 1 retried');
    expect(text).toMatch(/^work +queue +3 +5 +1 +1 min 15 s +paused +charge +Worker-work$/m);
  });
});

describe('what cannot be taken back', () => {
  test.each([
    ['purge', (session: never, options: object) => purge(session, options, 'work'), 'delete all messages of'],
    [
      'remove',
      (session: never, options: object) => removeSchedule(session, options, 'n'),
      'remove schedule n',
    ],
    [
      'shutdown',
      (session: never, options: object) => shutdownWorker(session, options, 'w'),
      'shut worker w down',
    ],
  ])('%s asks, and does nothing after a no', async (_, command, question) => {
    const answers = { purge: () => ({ purged: 3 }), removeSchedule: () => {}, shutdownWorker: () => {} };
    const no = createSession(answers);
    const sure = createSession(answers);

    await expect(command(no.session as never, {})).rejects.toThrow('nothing was');
    await command(sure.session as never, { yes: true });

    expect(no.calls).toEqual([]);
    expect(no.questions[0]).toContain(question);
    expect(sure.calls).toHaveLength(1);
    expect(sure.questions).toEqual([]);
  });
});

describe('redrive', () => {
  const letter = { messageId: 'm1', id: 'r1', task: 'charge', receives: 1, body: '{}', queue: 'work' };
  const rows = [{ ...letter, reason: 'crashed', deadAt: NOW - 60_000, attempts: [] }];

  test('--preview says which, and sends none', async () => {
    const { session, calls } = createSession({ redrive: () => ({ matched: 1, sent: 0, rows }) });

    const { text } = await redrive(session, { preview: true, task: 'charge' }, 'work');

    expect(calls).toEqual([['redrive', { queue: 'work', filter: { task: 'charge' }, preview: true }]]);
    expect(text).toMatch(/^r1 +charge +work +crashed +1 min ago$/m);
    expect(text).toContain('1 would be sent to where each came from');
  });

  test('of many is counted, and asked about with the number', async () => {
    const { session, calls, questions } = createSession(
      { redrive: ({ preview = false }) => ({ matched: 7, sent: preview ? 0 : 7, rows: [] }) },
      { yes: true },
    );

    const { text, code } = await redrive(session, { to: 'spare' }, 'work');

    expect(questions).toEqual(['send 7 dead letters of work again']);
    expect(calls.at(-1)).toEqual(['redrive', { queue: 'work', to: 'spare' }]);
    expect([text, code]).toEqual(['7 of 7 sent again', 0]);
  });

  test('of one that is not there fails', async () => {
    const { session, questions } = createSession({ redrive: () => ({ matched: 0, sent: 0, rows: [] }) });

    const { code } = await redrive(session, { id: ['r9'], input: '{"id":"o1"}' }, 'work');

    expect(code).toBe(1);
    expect(questions).toEqual([]);
  });
});

test.each([
  [{ rate: '10/s' }, ['setLimits', 'charge', '10/s', null]],
  [{ concurrency: '5' }, ['setLimits', 'charge', null, 5]],
  [{ reset: true }, ['setLimits', 'charge', null, null]],
])('limits set %j', async (options, call) => {
  const { session, calls } = createSession({ setLimits: () => {} });

  await setLimits(session, options, 'charge');

  expect(calls).toEqual([call]);
});

test('limits set without a limit says what it could be given', async () => {
  const setting = setLimits(createSession({}).session, {}, 'charge');

  await expect(setting).rejects.toMatchObject({ code: 'MISSING_ARGUMENT' });
});
