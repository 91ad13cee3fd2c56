/** The port Timed over EventBridge Scheduler: `later` makes the timers (timers.ts), a desk looks at them. */
import { parseLater } from '../core/schedule/fire.ts';
import type { Timed } from '../runtime/desk-ports.ts';
import type { Call } from './call.ts';
import { onceTimerName } from './timers.ts';

export function createTimed(call: Call, groupName: string): Timed {
  return {
    async find(name) {
      try {
        const timer = { GroupName: groupName, Name: onceTimerName(name) };
        const { Target } = await call('scheduler', 'GetSchedule', timer);
        const later = parseLater(Target?.Input ?? '');
        return later?.kind === 'message' ? later.message : undefined;
      } catch (error) {
        // One that has fired is gone by itself.
        if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
        throw error;
      }
    },
  };
}
