/** Emulators on a data folder that end, or are killed, and begin again. */
import { onTestFinished } from 'vitest';
import { createEmulator, type VirtualEmulator } from '../../../lib/emulator/index.ts';
import type { Input, Output } from '../../../lib/emulator/service.ts';
import { caller, copyOf, createFolder } from './world.ts';

export const ACCOUNT = '123456789012';
export const REGION = 'eu-west-1';

/** An emulator whose calls come from one account and region. */
export interface Machine {
  readonly emulator: VirtualEmulator;
  call(service: string, operation: string, input?: Input): Promise<Output>;
  /** Ends it, and gives the one that follows. */
  restart(): Promise<Machine>;
  /** The one that would follow if it were killed at this moment. */
  killed(): Machine;
  /** The one that follows when all that is kept lies in a snapshot. */
  fromSnapshot(): Promise<Machine>;
}

/** Makes an emulator on a folder that goes with the test. */
export function startMachine(path = folder()): Machine {
  const emulator = createEmulator({
    clock: { virtual: '2026-01-01T00:00:00Z' },
    data: { folder: path, logBytesMax: 1_000_000_000 },
  });
  onTestFinished(() => emulator.close());
  return {
    emulator,
    call: (service, operation, input = {}) => emulator.call(service, operation, input, caller),
    async restart() {
      await emulator.close();
      return startMachine(path);
    },
    killed: () => startMachine(folder(path)),
    async fromSnapshot() {
      await emulator.close();
      const small = createEmulator({
        clock: { virtual: '2026-01-01T00:00:00Z' },
        data: { folder: path, logBytesMax: 1 },
      });
      await small.close();
      return startMachine(path);
    },
  };
}

/** How many messages a queue of the machine holds, and which. */
export async function bodiesIn({ emulator }: Machine, name: string): Promise<readonly string[]> {
  await emulator.settled();
  const queue = emulator.services.sqs.snapshot().find((each) => each.name === name);
  return queue?.messages.map(({ body }) => body) ?? [];
}

function folder(copied?: string): string {
  const made = copied === undefined ? createFolder() : copyOf(copied);
  onTestFinished(() => made.remove());
  return made.path;
}
