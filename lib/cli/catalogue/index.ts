/** Every command, in the order of the help. */
import type { Entry } from './entry.ts';
import { PROJECT } from './project.ts';
import { SERVING } from './serving.ts';

/** The commands. */
export const CATALOGUE: readonly Entry[] = [...SERVING, ...PROJECT];

/** The groups of commands, by the first word. */
export const GROUPS: Readonly<Record<string, string>> = {};
