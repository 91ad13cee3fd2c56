/** `celeriac send`, `call`, `publish`: what a client does, from a shell. Inputs are JSON. */
import type { Json } from '../core/json.ts';
import type { Answer } from './answer.ts';
import { EXIT, invalid } from './failure.ts';
import { readDuration, readHeaders, readJson, readTimeToCome } from './given.ts';
import { type Session, STDIN } from './over-desk.ts';
import { bold, cyan, yellow } from './paint.ts';

export interface SendCommandOptions {
  readonly delay?: string;
  readonly at?: string;
  readonly expires?: string;
  readonly timeLimit?: string;
  readonly softTimeLimit?: string;
  readonly group?: string;
  readonly force?: boolean;
  readonly ignoreResult?: boolean;
  readonly header?: readonly string[];
  /** A file with an input a line: a run for each. */
  readonly each?: string;
  /** Waits for the result so long. */
  readonly wait?: string;
}

/** What is sent where no input is given: tasks without input do not look at it. */
const NO_INPUT = 'null';
/** How many inputs are on their way at once with `--each`. */
const AT_ONCE = 10;

/** Sends a task, once or for each line of a file. */
export async function send(
  session: Session,
  options: SendCommandOptions,
  task: string,
  input?: string,
): Promise<Answer> {
  const given = toSendOptions(options);
  if (options.each !== undefined) {
    if (input !== undefined) throw invalid('the input', input, 'left out with --each, which has the inputs');
    return sendEach(session, task, options.each, given);
  }
  const waitMs = options.wait === undefined ? undefined : readDuration('--wait', options.wait);
  const { id } = await session.desk.send(task, await readInput(session, input), given);
  if (waitMs === undefined) return { value: { id }, text: `sent ${cyan(id)}` };
  session.progress(`waiting for ${id}`).spin();
  const { result } = await session.desk.result(id, waitMs);
  return { value: { id, result: JSON.parse(result) }, text: pretty(result) };
}

/** Sends a task and waits for its result (RPC). */
export async function call(
  { desk, progress, read }: Session,
  { timeout }: { readonly timeout: string },
  task: string,
  input?: string,
): Promise<Answer> {
  const timeoutMs = readDuration('--timeout', timeout);
  const text = await readInput({ read }, input);
  progress(`calling ${task}`).spin();
  const { result } = await desk.call(task, text, timeoutMs);
  return { value: JSON.parse(result), text: pretty(result) };
}

export interface PublishCommandOptions {
  readonly header?: readonly string[];
}

/** Publishes a message; the exit code is 1 where nobody gets it. */
export async function publish(
  session: Session,
  options: PublishCommandOptions,
  exchange: string,
  key: string,
  body?: string,
): Promise<Answer> {
  const headers = readHeaders(options.header);
  const value = await session.desk.publish(exchange, key, await readInput(session, body), headers);
  const { messageId, route } = value;
  if (!route.routed)
    return { value, text: yellow(`published ${messageId}, but nobody gets it`), code: EXIT.failed };
  const names = route.to.map(({ kind, name }) => `${kind} ${bold(name)}`).join(', ');
  return { value, text: `published ${cyan(messageId)} to ${names}` };
}

/** An input as the command line has it: JSON, '-' for stdin, or nothing. */
export async function readInput({ read }: Pick<Session, 'read'>, input: string | undefined): Promise<string> {
  if (input === undefined) return NO_INPUT;
  const text = input === STDIN ? await read(STDIN) : input;
  readJson('the input', text);
  return text;
}

/** JSON as people read it; a text without its quotes. */
export function pretty(json: string): string {
  const value: Json | undefined = JSON.parse(json === '' ? 'null' : json);
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

function toSendOptions(options: SendCommandOptions): Readonly<Record<string, Json>> {
  const { delay, at, expires, group, force, ignoreResult, header } = options;
  if (delay !== undefined) readDuration('--delay', delay);
  if (expires !== undefined) readDuration('--expires', expires);
  return {
    ...(delay === undefined ? {} : { delay }),
    ...(at === undefined ? {} : { at: new Date(readTimeToCome('--at', at, '--delay')).toISOString() }),
    ...(expires === undefined ? {} : { expires }),
    ...(group === undefined ? {} : { group }),
    ...(force === true ? { force } : {}),
    ...(ignoreResult === true ? { ignoreResult } : {}),
    ...toTimeLimit(options),
    ...(header === undefined ? {} : { headers: readHeaders(header) }),
  };
}

function toTimeLimit({ timeLimit: hard, softTimeLimit: soft }: SendCommandOptions) {
  if (hard !== undefined) readDuration('--time-limit', hard);
  if (soft !== undefined) readDuration('--soft-time-limit', soft);
  if (hard === undefined && soft === undefined) return {};
  const given = { ...(soft === undefined ? {} : { soft }), ...(hard === undefined ? {} : { hard }) };
  return { timeLimit: given };
}

/** Every line is checked before the first is sent: half of a file is worse than none. */
async function sendEach(
  { desk, progress, read }: Session,
  task: string,
  file: string,
  options: Readonly<Record<string, Json>>,
): Promise<Answer> {
  const text = await read(file).catch((error: unknown) => {
    throw invalid('--each', file, `a file with JSON in each line, or -, but ${String(error)}`);
  });
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  for (const [index, line] of lines.entries()) readJson(`line ${index + 1} of ${file}`, line);
  const bar = progress(`sending ${task}`);
  const outcomes: { readonly id?: string; readonly error?: string }[] = [];
  for (let start = 0; start < lines.length; start += AT_ONCE) {
    const sent = await Promise.all(
      lines.slice(start, start + AT_ONCE).map((line) =>
        desk.send(task, line, options).then(
          ({ id }) => ({ id }),
          (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
        ),
      ),
    );
    outcomes.push(...sent);
    bar.at(outcomes.length, lines.length);
  }
  const failed = outcomes.flatMap(({ error }, index) =>
    error === undefined ? [] : [`line ${index + 1}: ${error}`],
  );
  const said = [...failed, `${outcomes.length - failed.length} of ${lines.length} sent`].join('\n');
  return { value: outcomes, text: said, code: failed.length > 0 ? EXIT.failed : EXIT.ok };
}
