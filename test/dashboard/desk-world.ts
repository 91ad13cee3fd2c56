/**
 * A desk over a simulated app: real client, workers and adapters over the emulator's models, on virtual
 * time.
 */
import type { Call } from '../../lib/aws/call.ts';
import { createDeskAdapters } from '../../lib/aws/desk.ts';
import { MACHINE_CLOCK } from '../../lib/aws/machine.ts';
import { viewOf } from '../../lib/cli/emulator-view.ts';
import type { DeskPorts } from '../../lib/dashboard/context.ts';
import { createDeskOver } from '../../lib/dashboard/create-desk.ts';
import type { Desk } from '../../lib/dashboard/desk.ts';
import type { App } from '../../lib/index.ts';
import { type SimulateOptions, type Simulation, simulate } from '../../lib/testing/index.ts';

export interface DeskWorld extends AsyncDisposable {
  readonly sim: Simulation;
  readonly desk: Desk;
  /** What the desk stands on. */
  readonly ports: DeskPorts;
  /** What the desk's own adapters have called of AWS; a test may empty it. */
  readonly asked: Asked[];
}

interface Asked {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly answer: Readonly<Record<string, unknown>>;
}

export interface DeskWorldOptions extends SimulateOptions {
  /** Whether the desk sees into queues, as beside an emulator; else it is as on AWS. @default true */
  readonly sees?: boolean;
  readonly readOnly?: boolean;
  readonly ports?: Partial<DeskPorts>;
}

export async function createDeskWorld(app: App, options: DeskWorldOptions = {}): Promise<DeskWorld> {
  const { sees = true, readOnly = false, ports: more, ...simulated } = options;
  const sim = simulate(app, simulated);
  await sim.settle();
  const clock = { ...MACHINE_CLOCK, now: () => sim.now().getTime() };
  // The models take what the SDK takes, and answer as it does; the types are the SDK's.
  const asked: Asked[] = [];
  const call = (async (service: string, operation: string, input: object) => {
    const answer = await sim.emulator.call(service, operation, { ...input });
    asked.push({ operation, input: { ...input }, answer });
    return answer;
  }) as unknown as Call;
  const stage = simulated.stage ?? 'dev';
  const adapters = createDeskAdapters(app, stage, { call, region: async () => 'us-east-1' }, clock);
  const view = viewOf(sim.emulator);
  const ports: DeskPorts = {
    ...adapters,
    client: sim,
    schedules: sim.schedules,
    ...(sees ? view : {}),
    ...more,
  };
  return {
    sim,
    desk: createDeskOver(app, ports, { stage, readOnly }),
    ports,
    asked,
    [Symbol.asyncDispose]: () => sim.close(),
  };
}
