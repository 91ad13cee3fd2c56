/** Opens the desk of a running app. */
import { createDesk, type OpenDesk } from '../dashboard/index.ts';
import type { App } from '../define/app.ts';
import type { ReachedPlace } from './place.ts';

/** Opens it; nothing is called before the first question. */
export function openDesk(app: App, place: ReachedPlace): OpenDesk {
  return createDesk(app, place);
}
