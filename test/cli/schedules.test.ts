/** `celeriac schedules`: when they fire, and what is checked before one is added. */
import { describe, expect, test } from 'vitest';
import { addSchedule, nextFires } from '../../lib/cli/schedules.ts';
import type { ScheduleRow } from '../../lib/dashboard/row.ts';
import { createSession, NOW } from './session.ts';

const NIGHTLY: ScheduleRow = {
  name: 'nightly',
  trigger: '0 2 * * *',
  sentence: 'at 02:00 every day, UTC',
  source: 'template',
  placement: 'native',
  paused: false,
  action: 'send report',
  next: [NOW + 3_600_000, NOW + 90_000_000],
  misses: 0,
};

describe('schedules', () => {
  test('next puts the fires of all that are not paused in the order of time', async () => {
    const hourly = { ...NIGHTLY, name: 'hourly', next: [NOW + 1_800_000, NOW + 5_400_000] };
    const { session } = createSession({
      schedules: () => ({ rows: [NIGHTLY, hourly, { ...NIGHTLY, name: 'off', paused: true }] }),
    });

    const { value, text } = await nextFires(session, { limit: '3' });

    expect(value).toEqual([
      { schedule: 'hourly', at: '2026-01-01T12:30:00.000Z' },
      { schedule: 'nightly', at: '2026-01-01T13:00:00.000Z' },
      { schedule: 'hourly', at: '2026-01-01T13:30:00.000Z' },
    ]);
    expect(text).toMatch(/\n2026-01-01 13:30:00Z {2}1 h 30 min {2}hourly$/);
  });

  test('next says how long it is until each, also beyond a day', async () => {
    const { session } = createSession({ schedules: () => ({ rows: [NIGHTLY] }) });

    const { text } = await nextFires(session, { limit: '2' });

    expect(text.split('\n')).toEqual([
      'at                    in       schedule',
      '2026-01-01 13:00:00Z  1 h      nightly',
      '2026-01-02 13:00:00Z  1 d 1 h  nightly',
    ]);
  });

  test('next of one that is not there says where they are listed', async () => {
    const { session } = createSession({ schedules: () => ({ rows: [NIGHTLY] }) });

    const asking = nextFires(session, { limit: '3' }, 'night');

    await expect(asking).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: "there is no schedule 'night'; celeriac schedules list has them",
    });
  });

  test('add checks the input first', async () => {
    const { session, calls } = createSession({ addSchedule: () => {} });
    const options = { trigger: '15m', task: 'price' };

    await addSchedule(session, { ...options, input: '{"sku":"tea"}' }, 'watch');
    const wrong = addSchedule(session, { ...options, input: 'tea' }, 'watch');

    await expect(wrong).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(calls).toEqual([['addSchedule', 'watch', '15m', 'price', '{"sku":"tea"}']]);
  });
});
