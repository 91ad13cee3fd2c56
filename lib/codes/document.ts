/**
 * docs/errors.md, made from the catalogue: `npx tsx lib/codes/document.ts` writes it, and a test holds that
 * it is as the catalogue says.
 */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { isSentOn } from '../core/death.ts';
import type { DeadReason } from '../core/message.ts';
import { TASK_STATES } from '../core/task-state.ts';
import { CODE_SECTIONS } from './catalogue.ts';
import { DEAD_REASONS, REVOKED_REASONS, RUN_STATES, WORKFLOW_REASONS } from './ends.ts';
import type { CodeText } from './entry.ts';

/** The document. */
export function toDocument(): string {
  const sections = Object.entries(CODE_SECTIONS).map(
    ([title, codes]) => `### ${title}\n\n${toTable('code', 'what to do', rowsOf(codes))}`,
  );
  return `${[HEAD, ...sections, STATES, DEATHS].join('\n\n')}\n`;
}

const HEAD = `# Errors, states and reasons

<!-- Made by npx tsx lib/codes/document.ts from lib/codes; change that. -->

\`npx celeriac explain CODE\` says the same in a terminal.

## Errors

Every error of Celeriac is a \`CeleriacError\` with a \`code\`, a message that says what was given, what is
allowed and what to do, and often \`value\` and \`allowed\` as data. Tell them apart by \`code\`, never by
\`instanceof\`: they cross queues and processes. The codes are a type, so the compiler finds one that is none:

\`\`\`ts
import type { AsyncResult, CeleriacError } from 'celeriac';

export async function receiptOf(result: AsyncResult<string>): Promise<string | undefined> {
  try {
    return await result.get({ timeout: '10s' });
  } catch (error) {
    // What a client rejects with is one of the errors below.
    if ((error as CeleriacError).code === 'RESULT_TIMEOUT') return undefined;
    throw error;
  }
}
\`\`\`

| class | what it is |
|---|---|
| \`DefinitionError\` | a definition that cannot work; \`problems\` has each of several, with its path |
| \`SendError\` | a call or message that cannot be sent |
| \`NackError\` | a publish that was not confirmed; \`messageId\` is for publishing it again |
| \`UnroutableError\` | a \`mandatory\` publish that no queue would get; \`returned\` has the message |
| \`TaskError\` | a run without a result, or one that cannot be reached; \`cause\` is the task's own error |
| \`TimeoutError\` | a wait that took too long; what was waited for goes on |
| \`TimeLimitError\` | a run that took longer than its \`timeLimit\` |
| \`RetryError\`, \`RejectError\` | what a task throws to be run again, or given up |
| \`CeleriacError\` | everything else |

An error of a task keeps its own name, message, code, stack and causes on its way; where it has no code, its
name stands for it.`;

const STATES = `## States of a run

| state | what it means |
|---|---|
${TASK_STATES.map((state) => `| \`${state}\` | ${RUN_STATES[state]} |`).join('\n')}

Why a run was REVOKED:

${toTable('reason', 'what to do', rowsOf(REVOKED_REASONS))}

A workflow ends like the part that ended it, for the same reason, or in FAILURE with:

${toTable('reason', 'what to do', rowsOf(WORKFLOW_REASONS))}

Why a run does not run *yet* is in [waiting.md](waiting.md).`;

const DEATHS = `## Reasons of dead letters

A dead letter lies in \`<queue>-dlq\`, or goes to \`deadLetter.to\` of its queue. It holds its reason, error
and history; \`celeriac queues dead-letters\` and the dashboard show them, \`celeriac queues redrive\` sends
them back. The last column says what goes to \`deadLetter.to\`: what no worker could start stays beside the
queue, where a redrive runs it again.

| reason | what it means | what to do | to \`deadLetter.to\` |
|---|---|---|---|
${deathRows().join('\n')}`;

function deathRows(): readonly string[] {
  // Its keys are those of its type, each once.
  const reasons = Object.entries(DEAD_REASONS) as [DeadReason, CodeText][];
  return reasons.map(([reason, text]) => `${toRow([reason, text])} ${isSentOn(reason) ? 'yes' : 'no'} |`);
}

function rowsOf(codes: Readonly<Record<string, CodeText>>): readonly (readonly [string, CodeText])[] {
  return Object.entries(codes);
}

function toTable(what: string, remedy: string, rows: readonly (readonly [string, CodeText])[]): string {
  return [`| ${what} | what it means | ${remedy} |`, '|---|---|---|', ...rows.map(toRow)].join('\n');
}

function toRow([name, { means, remedy }]: readonly [string, CodeText]): string {
  return `| \`${name}\` | ${escaped(means)} | ${escaped(remedy)} |`;
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}

// A test imports this file to see whether the committed document is what the catalogue says.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  writeFileSync(new URL('../../docs/errors.md', import.meta.url), toDocument());
