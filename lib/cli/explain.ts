/** `celeriac explain`: what a code, a state or a reason means, and what to do; without one, all codes. */
import { CODE_SECTIONS, textOfCode } from '../codes/catalogue.ts';
import { DEAD_REASONS, REVOKED_REASONS, RUN_STATES, WORKFLOW_REASONS } from '../codes/ends.ts';
import type { CodeText } from '../codes/entry.ts';
import { CeleriacError } from '../errors.ts';
import { type Answer, type AnswerOptions, answer } from './answer.ts';
import { bold, cyan } from './paint.ts';

interface Explained extends Partial<CodeText> {
  readonly word: string;
  readonly kind: string;
  readonly means: string;
}

/** Prints what is known of a word. */
export async function explain(options: AnswerOptions, word?: string): Promise<void> {
  answer(word === undefined ? listCodes() : toAnswer(explanationsOf(word)), options);
}

/**
 * A word may be a state and a code (RETRY), or a reason of two things ('expired'); each has a row.
 * @throws CeleriacError NOT_FOUND
 */
export function explanationsOf(word: string): readonly Explained[] {
  const rows = [
    ...rowOf('code of an error', word, textOfCode(word)),
    ...rowOf('state of a run', word, stateNamed(word)),
    ...rowOf('reason of a dead letter, or of a run in FAILURE', word, textIn(DEAD_REASONS, word)),
    ...rowOf('reason of a run in REVOKED', word, textIn(REVOKED_REASONS, word)),
    ...rowOf('reason of a workflow in FAILURE', word, textIn(WORKFLOW_REASONS, word)),
  ];
  if (rows.length > 0) return rows;
  const text = `'${word}' is no code, state or reason of Celeriac; 'celeriac explain' lists the codes`;
  throw new CeleriacError('NOT_FOUND', text, { value: word });
}

function toAnswer(rows: readonly Explained[]): Answer {
  const texts = rows.map(({ word, kind, means, remedy }) =>
    [`${bold(word)} (${kind})`, `  ${means}`, ...(remedy === undefined ? [] : [`  → ${remedy}`])].join('\n'),
  );
  return { value: rows, text: texts.join('\n') };
}

function listCodes(): Answer {
  const sections = Object.entries(CODE_SECTIONS).map(
    ([title, codes]) => `${bold(title)}\n  ${Object.keys(codes).map(cyan).join(' ')}`,
  );
  const value = Object.values(CODE_SECTIONS).flatMap((codes) => Object.keys(codes));
  return { value, text: sections.join('\n') };
}

function rowOf(
  kind: string,
  word: string,
  text: (Partial<CodeText> & Pick<CodeText, 'means'>) | undefined,
): readonly Explained[] {
  return text === undefined ? [] : [{ word, kind, ...text }];
}

function stateNamed(word: string): { readonly means: string } | undefined {
  const means = Object.entries(RUN_STATES).find(([state]) => state === word)?.[1];
  return means === undefined ? undefined : { means };
}

function textIn(texts: Readonly<Record<string, CodeText>>, word: string): CodeText | undefined {
  return Object.hasOwn(texts, word) ? texts[word] : undefined;
}
