/** `client.schedules` of a connection, or what says that the app has none. */
import type { Sender } from '../define/client.ts';
import { hasTicker } from '../define/later.ts';
import { laterQueueName } from '../define/resource-name.ts';
import type { Schedules } from '../define/schedules-client.ts';
import { CeleriacError } from '../errors.ts';
import type { Connection } from './client.ts';
import { performFrom } from './perform.ts';
import { createSchedules } from './schedules.ts';

export function createClientSchedules(shared: Connection, publish: Sender['publish']): Schedules {
  const { app, space, ports, outbox } = shared;
  const { clock, chance, runs, scheduling } = ports;
  if (scheduling?.store === undefined) return none(app.name);
  return createSchedules(app, space, {
    ...{ clock, chance, outbox, runs },
    laterQueueName: laterQueueName(space.app, space.stage),
    store: scheduling.store,
    timers: scheduling.timers,
    ticker: hasTicker(app),
    perform: performFrom(shared, publish),
  });
}

function none(app: string): Schedules {
  const refuse = async (): Promise<never> => {
    const text =
      `app '${app}' has no schedules, so nothing is deployed that fires any; give it some, or set ` +
      'runtimeSchedules: true in defineApp, and deploy';
    throw new CeleriacError('NO_SCHEDULES', text);
  };
  return {
    ...{ add: refuse, modify: refuse, reschedule: refuse, pause: refuse, resume: refuse, reset: refuse },
    ...{ remove: refuse, removeAll: refuse, get: refuse, list: refuse, runNow: refuse },
    ...{ pauseAll: refuse, resumeAll: refuse },
  };
}
