/** How commands over an app, and over a running one, are loaded: with what runs them, and only then. */
import type { AppCommand } from '../answer.ts';
import type { DeskCommand } from '../over-desk.ts';
import type { Entry } from './entry.ts';

/** Runs what is loaded over the app's definitions. */
export function overApp(load: () => Promise<AppCommand>): Entry['load'] {
  return async () => {
    const [{ runOverApp }, command] = await Promise.all([import('../answer.ts'), load()]);
    return (options: Parameters<typeof runOverApp>[1], ...given: readonly unknown[]) =>
      runOverApp(command, options, given);
  };
}

/** Runs what is loaded over the desk of the running app. */
export function overDesk(load: () => Promise<DeskCommand>): Entry['load'] {
  return async () => {
    const [{ runOverDesk }, command] = await Promise.all([import('../over-desk.ts'), load()]);
    return (options: Parameters<typeof runOverDesk>[1], ...given: readonly unknown[]) =>
      runOverDesk(command, options, given);
  };
}
