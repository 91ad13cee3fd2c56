/** Every command, in the order of the help. */
import type { Entry } from './entry.ts';
import { PROJECT } from './project.ts';
import { RUNS } from './runs.ts';
import { SERVING } from './serving.ts';
import { STEERING } from './steering.ts';

/** Made of all the others, so it stands where they come together. */
const COMPLETIONS: Entry = {
  name: 'completions',
  summary: 'print a script that completes commands and options in a shell',
  arguments: [{ name: 'shell', summary: 'bash or zsh', choices: ['bash', 'zsh'] }],
  examples: [
    { words: 'completions bash >> ~/.bashrc', summary: 'for bash' },
    { words: 'completions zsh > ~/.zfunc/_celeriac', summary: 'for zsh, where ~/.zfunc is in fpath' },
  ],
  load: async () => (await import('../completions.ts')).completionsOf(CATALOGUE),
};

/** What stands together in the help. */
export const SECTIONS: Readonly<Record<string, readonly Entry[]>> = {
  'To run an app here': SERVING,
  'In a project': [...PROJECT, COMPLETIONS],
  'Tasks and their runs': RUNS,
  'A running app': STEERING,
};

/** The commands. */
export const CATALOGUE: readonly Entry[] = Object.values(SECTIONS).flat();
