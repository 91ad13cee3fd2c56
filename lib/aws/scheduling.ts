/** The ports of schedules and of what waits, for `later` and for clients. */
import type { App } from '../define/app.ts';
import { hasLater, hasSchedules } from '../define/later.ts';
import { laterQueueName, runsTableName } from '../define/resource-name.ts';
import type { Scheduling } from '../runtime/schedule-ports.ts';
import type { Call } from './call.ts';
import { createPlace } from './place.ts';
import { createQueueUrls, rethrow } from './queues.ts';
import { createScheduleStore } from './schedule-store.ts';
import { createTimers } from './timers.ts';

/** Set by the bundler to `false` for a `later` that has no schedules. */
declare const CELERIAC_FIRES: boolean | undefined;

/** The ports; nothing is called before one is used. */
export function createScheduling(
  { call, region }: { readonly call: Call; readonly region: () => Promise<string> },
  { app, stage }: { readonly app: App; readonly stage: string },
): Scheduling {
  const url = createQueueUrls((service, operation, input) => call(service, operation, input).catch(rethrow));
  const place = createPlace(url, region, laterQueueName(app.name, stage));
  return {
    store:
      (typeof CELERIAC_FIRES === 'undefined' || CELERIAC_FIRES) && hasSchedules(app)
        ? createScheduleStore(call, runsTableName(app.name, stage))
        : undefined,
    timers: createTimers(call, place, { app: app.name, stage }),
  };
}

/** The same for a client; undefined in an app that has nothing to time. */
export function createClientScheduling(
  sdk: { readonly call: Call; readonly region: () => Promise<string> },
  space: { readonly app: App; readonly stage: string },
): Scheduling | undefined {
  return hasLater(space.app) ? createScheduling(sdk, space) : undefined;
}
