/** Virtual time for functions that are slow since their machine is busy. */
import type { VirtualEmulator } from '#lib/emulator';

const TRIES_MAX = 10;

/** On a machine that is busy with other things a function may take longer than the emulator waits for one. */
export async function advance(emulator: VirtualEmulator, ms: number): Promise<void> {
  const end = emulator.clock.now() + ms;
  for (let tries = 1; emulator.clock.now() < end; tries++) {
    const moved = emulator.advance(end - emulator.clock.now());
    if (tries === TRIES_MAX) return moved;
    await moved.catch((error: unknown) => {
      if (!String(error).includes('has been busy')) throw error;
    });
  }
}
