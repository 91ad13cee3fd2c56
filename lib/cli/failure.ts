/** How a command ends: its exit code, and what is said of a failure. */
import { CeleriacError, DefinitionError, type ErrorCode } from '../errors.ts';

/** The exit codes, as docs/cli.md and --help say them. */
export const EXIT = {
  ok: 0,
  /** It was tried, and did not succeed; `check` found a problem; a task that was waited for failed. */
  failed: 1,
  /** The command line itself is wrong: an unknown command or option, a value that cannot be. */
  usage: 2,
  /** There is no such run, queue, task, schedule or app. */
  notFound: 3,
  /** What was waited for did not come in time. */
  timeout: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A value of the command line that cannot be, with what can. */
export function invalid(what: string, value: unknown, allowed: string): CeleriacError {
  return new CeleriacError(INVALID, `${what} is '${String(value)}'; it must be ${allowed}`, {
    value,
    allowed,
  });
}

/** The same of a text that may hold secrets, and is not shown: its lines may stand in a log. */
export function unreadable(what: string, problem: string, allowed: string): CeleriacError {
  return new CeleriacError(INVALID, `${what} ${problem}; it must be ${allowed}`, { allowed });
}

/** Something that the command line lacks. */
export function missing(message: string): CeleriacError {
  return new CeleriacError(MISSING, message);
}

const INVALID = 'INVALID_ARGUMENT';
const MISSING = 'MISSING_ARGUMENT';

const CODES: ReadonlyMap<string, ExitCode> = new Map<ErrorCode, ExitCode>([
  [INVALID, EXIT.usage],
  [MISSING, EXIT.usage],
  ['INVALID_SEARCH', EXIT.usage],
  ['INVALID_TRIGGER', EXIT.usage],
  ['INVALID_CRON', EXIT.usage],
  ['INVALID_TIMEZONE', EXIT.usage],
  ['RATE_INVALID', EXIT.usage],
  ['NOT_FOUND', EXIT.notFound],
  ['EXCHANGE_NOT_FOUND', EXIT.notFound],
  ['TASK_NOT_FOUND', EXIT.notFound],
  ['NO_APP', EXIT.notFound],
  ['RESULT_UNKNOWN', EXIT.notFound],
  ['UNKNOWN_SCHEDULE', EXIT.notFound],
  ['WORKFLOW_UNKNOWN', EXIT.notFound],
  ['WORKFLOW_NO_NODE', EXIT.notFound],
  ['RESULT_TIMEOUT', EXIT.timeout],
  ['CALL_TIMEOUT', EXIT.timeout],
]);

/** The exit code of an error. */
export function exitCodeOf(error: unknown): ExitCode {
  // What is wrong with an app is nothing that the command line says.
  if (error instanceof DefinitionError && error.problems.length > 0) return EXIT.failed;
  return CODES.get(codeOf(error) ?? '') ?? EXIT.failed;
}

/** An error for whoever reads stderr: one line, with what to do about it, or one line of JSON. */
export function sayFailure(error: unknown, json: boolean): string {
  const message = `${oneLine(error)}${adviceFor(error)}`;
  if (!json) return `celeriac: ${message}`;
  const { value, allowed } =
    error instanceof CeleriacError ? error : { value: undefined, allowed: undefined };
  return JSON.stringify({
    error: { code: codeOf(error) ?? WITHOUT_CODE, message, value, allowed },
  });
}

/** Of an error of others that has none. */
const WITHOUT_CODE: ErrorCode = 'FAILED';

const LOCAL = "or give --endpoint http://127.0.0.1:4566 for 'celeriac dev'";
/** What the SDK and Node say by these words, alone or at the end of an error of ours, and what to do. */
const ADVICE: readonly (readonly [said: RegExp, advice: string])[] = [
  [/(^|: )Region is missing$/, `give --region, or set AWS_REGION; ${LOCAL}`],
  [/(^|: )Could not load credentials from any providers$/, `set AWS_PROFILE, or sign in to AWS; ${LOCAL}`],
  [/\bEADDRINUSE\b/, 'another program listens there; give another port'],
  [/\bECONNREFUSED\b/, "nothing listens there; 'celeriac dev' does while it runs"],
  [
    /(^|: )(Requested resource not found|The specified queue does not exist\.)$/,
    'is the app deployed there, as this --stage?',
  ],
];

/** Advice about errors that are not ours and so do not say what to do. */
function adviceFor(error: unknown): string {
  const text = oneLine(error);
  const advice = ADVICE.find(([said]) => said.test(text))?.[1];
  return advice === undefined ? '' : `; ${advice}`;
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  return text.trim().replace(/\s*\n\s*/g, '; ');
}
