/** Asks whoever sits at the terminal; where nobody does, an option has to answer. */
import { createInterface } from 'node:readline/promises';
import { missing } from './failure.ts';

/** Answers a question with yes or no. */
export type Ask = (question: string) => Promise<boolean>;

/**
 * Asks on the terminal; no is the default.
 * @throws CeleriacError MISSING_ARGUMENT where the input is no terminal.
 */
export async function ask(question: string): Promise<boolean> {
  if (process.stdin.isTTY !== true)
    throw missing(`${question}: nobody can be asked here; add --yes if that is what you want`);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question}? [y/N] `)).trim());
  } finally {
    lines.close();
  }
}
