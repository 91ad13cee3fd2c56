/** Faults of EventBridge Scheduler's fires, and of its calls. */
import { expect, onTestFinished, test } from 'vitest';
import {
  createEmulator,
  type FaultRule,
  ServiceError,
  type VirtualEmulator,
} from '../../../lib/emulator/index.ts';

const START = Date.parse('2026-01-01T00:00:00Z');
const HOUR = 3_600_000;

interface World {
  readonly emulator: VirtualEmulator;
  readonly lines: string[];
  bodies(): readonly string[];
  /** The operations of the trace of a service. */
  traced(service: string): readonly string[];
}

async function open(...faults: readonly FaultRule[]): Promise<World> {
  const lines: string[] = [];
  const emulator = createEmulator({
    ...{ clock: { virtual: START }, seed: 1, schedulerPrecisionMs: 0, faults: { seed: 1, faults } },
    log: (line) => lines.push(line),
  });
  onTestFinished(() => emulator.close());
  await emulator.call('sqs', 'CreateQueue', { QueueName: 'q' });
  for (const Name of ['hourly', 'other']) {
    await emulator.call('scheduler', 'CreateSchedule', {
      ...{ Name, ScheduleExpression: 'cron(30 * * * ? *)', FlexibleTimeWindow: { Mode: 'OFF' } },
      Target: {
        Arn: 'arn:aws:sqs:us-east-1:000000000000:q',
        RoleArn: 'arn:aws:iam::000000000000:role/r',
        Input: `${Name} <aws.scheduler.scheduled-time>`,
      },
    });
  }
  return {
    ...{ emulator, lines },
    bodies: () =>
      emulator.services.sqs
        .snapshot()
        .flatMap(({ messages }) => messages.map(({ body }) => body))
        .filter((body) => body.startsWith('hourly')),
    traced: (service) => emulator.trace.entries({ service }).map(({ operation }) => operation),
  };
}

test('a lost fire invokes nothing, and is told', async () => {
  const world = await open({ fault: 'loseFire', rate: 1, schedule: 'hourly', hitsMax: 1 });

  await world.emulator.advance(2 * HOUR);

  expect(world.bodies()).toEqual(['hourly 2026-01-01T01:30:00Z']);
  expect(world.lines).toEqual(['fault: loseFire | scheduler hourly']);
  expect(world.traced('faults')).toEqual(['loseFire']);
  expect(world.traced('scheduler')).toContain('lose');
});

test('a doubled fire invokes twice for the same time', async () => {
  const world = await open({ fault: 'doubleFire', rate: 1, schedule: 'hourly' });

  await world.emulator.advance(HOUR);

  expect(world.bodies()).toEqual(['hourly 2026-01-01T00:30:00Z', 'hourly 2026-01-01T00:30:00Z']);
  expect(world.lines).toEqual(['fault: doubleFire | scheduler hourly']);
});

test('a late fire comes so much later, for its own time', async () => {
  const world = await open({ fault: 'delayFire', rate: 1, ms: 600_000, schedule: 'hourly', hitsMax: 1 });
  await world.emulator.advance(39 * 60_000);
  const before = world.bodies();

  await world.emulator.advance(60_000);

  expect(before).toEqual([]);
  expect(world.bodies()).toEqual(['hourly 2026-01-01T00:30:00Z']);
});

test('fires are struck by the rate, and the same ones again by the same seed', async () => {
  const run = async () => {
    const world = await open({ fault: 'loseFire', rate: 0.3, schedule: 'hourly' });
    await world.emulator.advance(90 * HOUR);
    return world.bodies();
  };

  const [first, again] = [await run(), await run()];

  expect(first.length).toBeGreaterThan(45);
  expect(first.length).toBeLessThan(80);
  expect(again).toEqual(first);
});

test('calls are refused with errors that the service has', async () => {
  const { emulator } = await open();
  const list = () => emulator.call('scheduler', 'ListSchedules', {});

  emulator.faults.set({ faults: [{ fault: 'throttle', rate: 1, service: 'scheduler' }] });
  await expect(list()).rejects.toMatchObject({ name: 'ThrottlingException', status: 429 });
  emulator.faults.set({ faults: [{ fault: 'error', rate: 1, service: 'scheduler' }] });
  await expect(list()).rejects.toThrow(ServiceError);
  await expect(list()).rejects.toMatchObject({ name: 'InternalServerException', status: 500 });
});

test('a late fire says how late', () => {
  const { faults } = createEmulator({ clock: { virtual: START } });

  const set = () => faults.set({ faults: [{ fault: 'delayFire', rate: 1 }] });

  expect(set).toThrow('faults[0].ms is missing: how late a fire is to be');
});
