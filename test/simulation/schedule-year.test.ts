/** A year of virtual time: of the pure tick with a fifth of the ticks lost, and of the emulated service. */
import { expect, test } from 'vitest';
import { defineApp, defineSchedule, defineTask, topology } from '#lib';
import type { Fire } from '../../lib/core/schedule/fire.ts';
import { parseLater } from '../../lib/core/schedule/fire.ts';
import { tick, type Watermark } from '../../lib/core/schedule/tick.ts';
import { fireTimes } from '../../lib/core/trigger/trigger.ts';
import { createEmulator } from '../../lib/emulator/index.ts';
import { provision } from '../../lib/testing/provision.ts';
import { createRandom } from '../../lib/testing/random.ts';
import { DST_DAYS, mixedSchedules } from '../core/schedule/mixed-schedules.ts';
import { added, SPACE, specOf } from '../core/schedule/spec-of.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const YEAR_START = Date.parse('2026-01-01T00:00:00Z');
const YEAR_END = Date.parse('2027-01-01T00:00:00Z');

test('a year of 200 schedules in 8 time zones is handed on exactly, each fire once, with ticks lost', () => {
  const triggers = mixedSchedules();
  const schedules = [...triggers].map(([name, trigger]) => added(name, specOf(trigger, { coalesce: 'all' })));
  const random = createRandom(2026);
  const handed = new Map(schedules.map(({ name }) => [name, [] as number[]]));
  const tooLate: Fire[] = [];
  let watermark: Watermark = { at: YEAR_START - 1, definitions: 'd' };

  for (let nominal = YEAR_START; nominal < YEAR_END; nominal += MINUTE) {
    if (random() < 0.2) continue;
    const ticked = tick({ space: SPACE, watermark, nominal, schedules, definitions: 'd' });
    watermark = ticked.watermark;
    for (const fire of ticked.fires) {
      handed.get(fire.schedule)?.push(fire.scheduledAt);
      if (fire.scheduledAt < nominal && nominal > YEAR_START + 10 * MINUTE) tooLate.push(fire);
    }
  }

  let total = 0;
  for (const [name, trigger] of triggers) {
    const expected = fireTimes(trigger, new Date(YEAR_START), new Date(watermark.at)).map(Number);
    expect([name, handed.get(name)]).toEqual([name, expected]);
    total += expected.length;
  }
  // They fire often enough to mean something, and on the days on which clocks change, too.
  expect(total).toBeGreaterThan(150_000);
  expect(total).toBeLessThan(1_000_000);
  const days = new Set([...handed.values()].flat().map((fire) => new Date(fire).toISOString().slice(0, 10)));
  expect(DST_DAYS.filter((day) => !days.has(day))).toEqual([]);
  // Six lost in a row make a fire late: five minutes of lookahead are enough nearly always.
  expect(tooLate.length).toBeLessThan(total / 500);
});

test('a year of the native ones of them is fired exactly by the emulated service', async () => {
  const triggers = mixedSchedules();
  const note = defineTask('note', { run: () => 1 });
  const schedules = [...triggers].map(([name, trigger]) => defineSchedule(name, { trigger, send: note() }));
  const resources = topology(defineApp('year', { schedules, workflows: false }));
  const timers =
    resources.later?.timers.filter(({ timerName }) => !timerName.endsWith('.celeriac.ticker')) ?? [];
  await using emulator = createEmulator({ clock: { virtual: YEAR_START }, seed: 1, traceEntriesMax: 10 });
  const later = resources.later && { ...resources.later, timers };
  await provision(emulator, { ...resources, later, workers: [] }, () => {
    throw new Error('there are no workers here');
  });
  const fired = new Map(timers.map(({ timerName }) => [timerName.slice('year-dev.'.length), [] as number[]]));

  for (let at = YEAR_START; at < YEAR_END; at += 10 * DAY) {
    await emulator.advance(Math.min(10 * DAY, YEAR_END - at));
    for (const { body } of emulator.services.sqs.snapshot().flatMap(({ messages }) => messages)) {
      const message = parseLater(body);
      if (message?.kind === 'fire') fired.get(message.fire.schedule)?.push(message.fire.scheduledAt);
    }
    await emulator.call('sqs', 'PurgeQueue', {
      QueueUrl: `http://127.0.0.1:4566/000000000000/${resources.later?.queueName}`,
    });
  }

  let total = 0;
  for (const [name, times] of fired) {
    const trigger = triggers.get(name);
    if (trigger === undefined) throw new Error(`there is no schedule '${name}'`);
    // In the minute in which the year ends the service may not have fired yet.
    const end = YEAR_END - MINUTE;
    const expected = fireTimes(trigger, new Date(YEAR_START), new Date(end)).map(Number);
    expect([name, times.sort((a, b) => a - b).filter((at) => at <= end)]).toEqual([name, expected]);
    total += expected.length;
  }
  expect(total).toBeGreaterThan(20_000);
});
