/** What a command answers, for a program and for people; commands do not write themselves. */
import type { App } from '../define/app.ts';
import type { ExitCode } from './failure.ts';
import { type AppOptions, openApp } from './find-app.ts';

export interface Answer {
  /** For `--json`: a line; a list of values is a line each. */
  readonly value: unknown;
  readonly text: string;
  /** @default 0 */
  readonly code?: ExitCode;
}

/** Options that every command has. */
export interface AnswerOptions {
  readonly json?: boolean;
}

/** Prints an answer, and sets the exit code. */
export function answer({ value, text, code = 0 }: Answer, { json = false }: AnswerOptions): void {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const lines = json ? values.map((one) => JSON.stringify(one ?? null)) : [text];
  for (const line of lines) if (line !== '') process.stdout.write(line.endsWith('\n') ? line : `${line}\n`);
  if (code !== 0) process.exitCode = code;
}

/** A command that reads the app's definitions and nothing else. */
export type AppCommand = (app: App, options: never, ...given: never[]) => Answer | Promise<Answer>;

/** Runs a command over the app. */
export async function runOverApp(
  command: AppCommand,
  options: AppOptions & AnswerOptions,
  given: readonly unknown[],
): Promise<void> {
  const app = await openApp(options);
  // What Commander has read are the options and arguments of the command's entry in the catalogue.
  const outcome = await command(app, options as never, ...(given as never[]));
  answer(outcome, options);
}
