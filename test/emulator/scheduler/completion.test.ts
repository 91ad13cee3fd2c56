/** ActionAfterCompletion: which schedules are deleted, and when. */
import { expect, test } from 'vitest';
import { ServiceError } from '../../../lib/emulator/error.ts';
import type { Service } from '../../../lib/emulator/service.ts';
import { createWorld, DAY, HOUR, MINUTE, queueArn, START, toTarget, type World } from './world.ts';

const DELETE = { ActionAfterCompletion: 'DELETE' };

function names(world: World): readonly string[] {
  return world.scheduler.snapshot().map(({ name }) => name);
}

test('a one-time schedule that asks for it is gone after its invocation, any other one stays', async () => {
  const world = createWorld();
  world.queue('q');
  world.schedule('at(2026-01-01T01:00:00)', { Name: 'gone', ...DELETE });
  world.schedule('at(2026-01-01T01:00:00)', { Name: 'stays' });
  await world.clock.advance(HOUR - 1);
  const before = names(world);

  await world.clock.advance(1);

  expect(before).toEqual(['gone', 'stays']);
  expect(names(world)).toEqual(['stays']);
  expect(world.times('gone')).toHaveLength(1);
  expect(world.trace.map(({ operation }) => operation)).toContain('complete');
});

test('a recurring schedule is gone after its last time before EndDate, and stays without one', async () => {
  const world = createWorld();
  world.queue('q');
  const EndDate = new Date(START + 150 * MINUTE);
  world.schedule('rate(1 hour)', { Name: 'ends', EndDate, ...DELETE });
  world.schedule('cron(0 1 1 1 ? 2026)', { Name: 'endless', ...DELETE });
  await world.clock.advance(2 * HOUR - 1);
  const before = names(world);

  await world.clock.advance(1);

  expect(before).toEqual(['ends', 'endless']);
  expect(names(world)).toEqual(['endless']);
  expect(world.times('ends')).toHaveLength(3);
});

test('a disabled schedule, and one that never fires, are not complete', async () => {
  const world = createWorld();
  world.queue('q');
  const at = 'at(2026-03-29T02:30:00)';
  world.schedule(at, { Name: 'gap', ScheduleExpressionTimezone: 'Europe/Oslo', ...DELETE });
  world.schedule('at(2026-01-01T01:00:00)', { Name: 'off', State: 'DISABLED', ...DELETE });

  await world.clock.advance(100 * DAY);

  expect(names(world)).toEqual(['gap', 'off']);
});

test('a schedule is there while its invocation is retried, and gone when that has an end', async () => {
  let broken = true;
  const around = (sqs: Service): Service => ({
    call(operation, input, caller) {
      if (broken) throw new ServiceError('InternalError', 'no', { status: 500, fault: 'receiver' });
      return sqs.call(operation, input, caller);
    },
  });
  const world = createWorld({ around });
  world.queue('q');
  world.schedule('at(2026-01-01T01:00:00)', DELETE);
  await world.clock.advance(2 * HOUR);
  const [during, pending] = [names(world), world.scheduler.pendingDeliveries()];

  broken = false;
  await world.clock.advance(HOUR);

  expect([during, pending]).toEqual([['s'], 1]);
  expect(names(world)).toEqual([]);
  expect(await world.bodies('q')).toHaveLength(1);
});

test('a schedule whose target is gone is deleted too', async () => {
  const world = createWorld();
  world.schedule('at(2026-01-01T01:00:00)', { ...DELETE, Target: toTarget(queueArn('nowhere')) });

  await world.clock.advance(HOUR);

  expect(names(world)).toEqual([]);
});

test('another schedule of the same name is not deleted by the end of the first', async () => {
  let fail = true;
  const around = (sqs: Service): Service => ({
    call(operation, input, caller) {
      if (fail) throw new ServiceError('InternalError', 'no', { status: 500, fault: 'receiver' });
      return sqs.call(operation, input, caller);
    },
  });
  const world = createWorld({ around });
  world.queue('q');
  world.schedule('at(2026-01-01T01:00:00)', DELETE);
  await world.clock.advance(HOUR + MINUTE);
  world.call('DeleteSchedule', { Name: 's' });
  world.schedule('at(2026-01-02T01:00:00)', DELETE);

  fail = false;
  await world.clock.advance(HOUR);

  expect(names(world)).toEqual(['s']);
});
