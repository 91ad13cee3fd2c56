/** A session for commands: a desk that answers what a test says and remembers what it was asked. */
import type { Ask } from '../../lib/cli/ask.ts';
import type { Session } from '../../lib/cli/over-desk.ts';
import type { Desk } from '../../lib/dashboard/desk.ts';

export const NOW = Date.parse('2026-01-01T12:00:00Z');

export interface Asked {
  readonly session: Session;
  /** The calls of the desk, each as its name and its arguments. */
  readonly calls: readonly (readonly [string, ...unknown[]])[];
  /** The questions that were put to whoever sits there. */
  readonly questions: readonly string[];
}

type Answers = { readonly [Name in keyof Desk]?: (...given: Parameters<Desk[Name]>) => unknown };

/** What a desk is not told to answer, it refuses. */
export function createSession(
  answers: Answers,
  more: { readonly yes?: boolean; readonly files?: Readonly<Record<string, string>> } = {},
): Asked {
  const calls: [string, ...unknown[]][] = [];
  const questions: string[] = [];
  const desk = new Proxy(answers, {
    get:
      (_, name: keyof Desk) =>
      async (...given: never[]) => {
        calls.push([name, ...given]);
        const answer = answers[name] as ((...given: never[]) => unknown) | undefined;
        if (answer === undefined) throw new Error(`the desk was not expected to be asked for ${name}`);
        return answer(...given);
      },
  }) as Desk;
  const ask: Ask = async (question) => {
    questions.push(question);
    return more.yes ?? false;
  };
  const session: Session = {
    desk,
    ask,
    now: () => NOW,
    progress: () => ({ at() {}, spin() {}, clear() {} }),
    read: async (path) => more.files?.[path] ?? '',
  };
  return { session, calls, questions };
}
