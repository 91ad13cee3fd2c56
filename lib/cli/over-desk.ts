/** Runs a command over a desk: what is common to all that look at a running app, or do something to it. */
import type { Desk } from '../dashboard/desk.ts';
import { type Answer, type AnswerOptions, answer } from './answer.ts';
import { type Ask, ask } from './ask.ts';
import { type AppOptions, openApp } from './find-app.ts';
import { openDesk } from './open-desk.ts';
import { type PlaceOptions, toPlace } from './place.ts';
import { createProgress, type Progress } from './progress.ts';

/** What a command works with. */
export interface Session {
  readonly desk: Desk;
  readonly ask: Ask;
  /** The time, for what is said as 'two hours ago'. */
  readonly now: () => number;
  /** Shows how far it is, where somebody watches. */
  readonly progress: (title: string) => Progress;
  /** All of stdin, or the text of a file. */
  readonly read: (path: string) => Promise<string>;
}

/** A command over a desk; it gets the options and arguments of its entry in the catalogue. */
export type DeskCommand = (session: Session, options: never, ...given: never[]) => Promise<Answer>;

/** Opens the desk of the app, runs the command, prints its answer, and closes what was opened. */
export async function runOverDesk(
  command: DeskCommand,
  options: AppOptions & PlaceOptions & AnswerOptions,
  given: readonly unknown[],
): Promise<void> {
  const place = toPlace(options);
  const app = await openApp(options);
  const desk = openDesk(app, place);
  const bars: Progress[] = [];
  const session: Session = {
    desk,
    ask,
    now: Date.now,
    progress(title) {
      const bar = createProgress(title);
      bars.push(bar);
      return bar;
    },
    read: readText,
  };
  try {
    // What Commander has read are the options and arguments of the command's entry in the catalogue.
    const outcome = await command(session, options as never, ...(given as never[]));
    for (const bar of bars) bar.clear();
    answer(outcome, options);
  } finally {
    for (const bar of bars) bar.clear();
    await desk.close();
  }
}

async function readText(path: string): Promise<string> {
  if (path !== STDIN) return (await import('node:fs/promises')).readFile(path, 'utf8');
  const { text } = await import('node:stream/consumers');
  return text(process.stdin);
}

/** What stands for stdin where a file may be named. */
export const STDIN = '-';
