/** Opens the desk of a running app. */
import type { Desk } from '../dashboard/desk.ts';
import type { App } from '../define/app.ts';
import { CeleriacError } from '../errors.ts';
import type { ReachedPlace } from './place.ts';

export interface OpenDesk {
  readonly desk: Desk;
  close(): Promise<void>;
}

/** Opens it; nothing is called before the first question. */
export async function openDesk(app: App, { stage }: ReachedPlace): Promise<OpenDesk> {
  throw new CeleriacError('NO_DESK', `there is no desk of app '${app.name}' (${stage}) in this build yet`);
}
