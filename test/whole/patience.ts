/** Virtual time on a machine that is busy with other things. */
import type { VirtualEmulator } from '#lib/emulator';

const TRIES_MAX = 30;

/** Moves the time of an emulator whose functions may take longer, in real time, than it waits for one. */
export async function advancePatiently(emulator: VirtualEmulator, ms: number): Promise<void> {
  const end = emulator.clock.now() + ms;
  for (let tries = 1; emulator.clock.now() < end; tries++) {
    const moved = emulator.advance(end - emulator.clock.now());
    if (tries === TRIES_MAX) return moved;
    await moved.catch((error: unknown) => {
      if (!String(error).includes('has been busy')) throw error;
    });
  }
}
