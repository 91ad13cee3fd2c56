/** What of a task's runs is not shown, and what of a message that is. */
import type { Json } from '../core/json.ts';
import type { Message } from '../core/message.ts';
import { headerSecrets, type Redact, type Redaction, redactJson } from '../core/redact.ts';
import type { App } from './app.ts';
import type { AnyTask } from './task.ts';

/** Which parts of a task's input and result are secrets. */
export interface RedactOptions {
  /**
   * Secrets that the dashboard, its API, the command line and workers' log lines do not show: `true` for the
   * whole input and result, or paths of members ('card.number', 'rows.*.token'). Where their values stand in
   * an error's text, they are hidden before it is logged, recorded, replied or dead-lettered. Values shorter
   * than 4 characters stand everywhere by chance and are hidden in their own place only. The input itself
   * travels and is kept as it is: a run could not be made, nor a dead letter redriven, without it.
   * @default nothing
   */
  readonly redact?: Redact;
}

/** Whether anything of an app is a secret by its own definitions. */
export function hasSecrets({ tasks, redactHeaders }: Pick<App, 'tasks' | 'redactHeaders'>): boolean {
  return redactHeaders.length > 0 || tasks.some(({ redact }) => redact !== undefined);
}

/** The texts of a message that are not shown: of its input as its task says, and of its headers. */
export function secretsOf(
  app: Pick<App, 'tasks' | 'redactHeaders'>,
  message: Pick<Message, 'task' | 'input' | 'headers' | 'via'>,
): readonly string[] {
  const { input, headers, via } = message;
  const names = app.redactHeaders;
  return [
    ...(input === undefined ? [] : redactedInput(app, message, input).secrets),
    ...headerSecrets(headers, names),
    ...(via?.headers === undefined ? [] : headerSecrets(via.headers, names)),
  ];
}

/** A message's input without what its task hides. */
export function redactedInput(
  { tasks }: Pick<App, 'tasks'>,
  { task }: Pick<Message, 'task'>,
  input: Json,
): Redaction {
  let shown: Redaction = { value: input, secrets: [] };
  for (const { redact } of takersOf(tasks, task)) {
    const { value, secrets } = redactJson(shown.value, redact);
    shown = { value, secrets: [...shown.secrets, ...secrets] };
  }
  return shown;
}

/** Who may take a message: its task, or any where it was published and is on its way to several. */
function takersOf(tasks: readonly AnyTask[], name: string): readonly AnyTask[] {
  return name === '' ? tasks : tasks.filter((task) => task.name === name || task.aliases.includes(name));
}
