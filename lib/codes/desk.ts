/** Codes of the command line, of the dashboard and its HTTP API, and of what a deploy would replace. */
import type { Codes } from './entry.ts';

export const DESK_CODES = {
  NOT_FOUND: {
    means: 'There is no queue, task, schedule, run, worker or route of this name.',
    remedy: 'The message names those there are; look at --stage and --app, too.',
  },
  TASK_NOT_FOUND: {
    means: 'A run is of a task that the app does not have any more.',
    remedy: 'Give --app the version of the app that had it.',
  },
  RUN_NOT_KEPT: {
    means: 'There is no record of a run: not started yet, its task keeps none, a workflow, or over for long.',
    remedy: 'See the message for what can be done without one.',
  },
  INVALID_REQUEST: {
    means: 'A request to the HTTP API has a member that cannot be, is no JSON, or is too large.',
    remedy: '/openapi.json (docs/openapi.json) describes every request.',
  },
  INVALID_LIMIT: {
    means: 'A list was asked for more rows, parts or levels than it gives at once, or for none.',
    remedy: 'Give a number in the range of the message, and read on with `after`.',
  },
  INVALID_SEARCH: {
    means: 'A search cannot be read.',
    remedy: 'Write it like: name:charge (state:FAILURE OR state:RETRY) "card was declined".',
  },
  INVALID_REDRIVE: {
    means: 'Another input is for one letter, whose id has to be given, and for messages of Celeriac only.',
    remedy: 'Redrive that letter by its id; a message of another sender is redriven as it is.',
  },
  PURGE_IN_PROGRESS: {
    means: 'A queue was purged within the last 60 seconds, and SQS does that once a minute.',
    remedy: 'Wait a minute.',
  },
  PAUSE_NOT_POSSIBLE: {
    means:
      'There is no worker to pause or resume: nothing works the queue, or workers have no table to read.',
    remedy: 'Shut workers on machines down instead.',
  },
  PEEK_COUNTS: {
    means: "SQS shows a message of a worked queue only by receiving it, which would count towards 'crashed'.",
    remedy: 'Look at the runs that wait in it: `celeriac queues waiting`.',
  },
  READ_ONLY: {
    means: 'The dashboard answers questions only.',
    remedy: 'Start it without --read-only, or deploy it without readOnly.',
  },
  UNAUTHORIZED: {
    means:
      'A request to a deployed dashboard is not signed, or has no token, a wrong one, or an old session.',
    remedy: "With auth: 'iam' use `celeriac dashboard --url …`; with 'token' log in, or send it (Bearer).",
  },
  FORBIDDEN: {
    means: "The dashboard of `celeriac dev` was called by another name than this machine's own.",
    remedy: 'Open it at 127.0.0.1 or localhost.',
  },
  CSRF: {
    means: "A POST to the HTTP API has no header 'x-celeriac'.",
    remedy: "Send 'x-celeriac: 1' with it.",
  },
  TOKEN_TOO_SHORT: {
    means: "The dashboard's token in Secrets Manager has less than 16 characters, so nobody gets in.",
    remedy: 'Store a longer one.',
  },
  INTERNAL: {
    means: 'The dashboard met an error that is none of these, of AWS perhaps.',
    remedy: 'Its log says more.',
  },
  INVALID_ARGUMENT: {
    means: 'A value on the command line cannot be.',
    remedy: 'The message says what it must be; --help has examples.',
  },
  MISSING_ARGUMENT: {
    means: 'The command line lacks something, or a question was to be asked where nobody can answer.',
    remedy: 'Give what the message names; --yes answers questions.',
  },
  DECLINED: {
    means: 'A question was answered with no, and nothing was done.',
    remedy: 'Nothing.',
  },
  FAILED: {
    means: 'What `--json` says of an error without a code.',
    remedy: 'See its message.',
  },
  NO_CDK_APP: {
    means: 'The folder has no cdk.json, or that does not say in `app` how the CDK app is started.',
    remedy: 'Run the command in the folder of the CDK app, or name it with --project.',
  },
  SYNTH_FAILED: {
    means: 'The CDK app ended with an error; the message has what it said.',
    remedy: 'Mend what it says; `celeriac dev` tries again when a file is saved.',
  },
  ESBUILD_MISSING: {
    means: 'A module of TypeScript was to be loaded in a project without esbuild.',
    remedy: 'Run `npm install --save-dev esbuild`, or give a file of JavaScript.',
  },
  BUILD_FAILED: {
    means: '`celeriac init` builds the checkout that it is run from, and that has failed.',
    remedy: 'Run `npm run build` there and mend what it says.',
  },
  BECOMES_ORDERED: {
    means:
      'A deploy would replace a queue or topic by one that keeps order; messages in the old one stay there.',
    remedy: 'Drain the queue before the deploy.',
  },
  BECOMES_UNORDERED: {
    means:
      'A deploy would replace a queue or topic by one without order; messages in the old one stay there.',
    remedy: 'Drain the queue before the deploy.',
  },
  LEFT_BEHIND: {
    means: 'A queue or topic is no longer in the app and would leave the stack.',
    remedy: 'Drain the queue before the deploy.',
  },
  KEYS_CHANGED: {
    means: 'A deploy would replace a table by one with other keys; its items would be left behind.',
    remedy: 'Use another stage, or move them.',
  },
  INDEXES_CHANGED: {
    means: 'A deploy would change more than one index of a table, and DynamoDB changes one an update.',
    remedy: 'Deploy in steps.',
  },
} as const satisfies Codes;
