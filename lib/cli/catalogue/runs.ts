/** The commands about tasks and their runs. */
import {
  type Argument,
  DESK_OPTIONS,
  type Entry,
  HEADER_OPTION,
  limitOption,
  type Option,
  YES_OPTION,
} from './entry.ts';
import { overDesk } from './over.ts';

const TASK: Argument = { name: 'task', summary: "the task's name" };
const INPUT: Argument = { name: 'input', summary: 'JSON; - reads it from stdin', optional: true };
const ID: Argument = { name: 'id', summary: "the run's id" };
const STATES = ['PENDING', 'STARTED', 'RETRY', 'SUCCESS', 'FAILURE', 'REVOKED'];

const TIMEOUT_OPTION: Option = {
  flags: '--timeout <duration>',
  summary: 'how long to wait; then the exit code is 4',
  default: '30s',
};

export const RUNS: readonly Entry[] = [
  {
    name: 'send',
    summary: 'send a task',
    arguments: [TASK, INPUT],
    options: [
      { flags: '--delay <duration>', summary: 'run it so much later' },
      { flags: '--at <time>', summary: 'run it at this time' },
      { flags: '--expires <duration>', summary: 'drop it if it has not started by then' },
      { flags: '--time-limit <duration>', summary: "fail it after this, instead of its task's own limit" },
      { flags: '--soft-time-limit <duration>', summary: 'tell it to stop after this, likewise' },
      { flags: '--group <name>', summary: 'the message group, on an ordered queue' },
      { flags: '--force', summary: "run it without looking at the key of the task's once" },
      { flags: '--ignore-result', summary: 'keep no result of it' },
      HEADER_OPTION,
      { flags: '--each <file>', summary: 'a run for each line of this file, which has JSON; - is stdin' },
      { flags: '--wait <duration>', summary: 'wait so long for its result, and print it' },
      ...DESK_OPTIONS,
    ],
    examples: [
      { words: `send charge '{"id":"o1","total":40}'`, summary: 'now' },
      { words: 'send report --delay 10m', summary: 'without an input, in ten minutes' },
      { words: 'send charge --each orders.jsonl', summary: 'many, with a bar' },
    ],
    load: overDesk(async () => (await import('../send.ts')).send),
  },
  {
    name: 'call',
    summary: 'send a task and print its result (RPC)',
    arguments: [TASK, INPUT],
    options: [TIMEOUT_OPTION, ...DESK_OPTIONS],
    examples: [{ words: `call price '{"sku":"tea"}' --timeout 5s`, summary: 'the answer, or exit code 4' }],
    load: overDesk(async () => (await import('../send.ts')).call),
  },
  {
    name: 'publish',
    summary: 'publish a message to an exchange',
    arguments: [
      { name: 'exchange', summary: 'the exchange' },
      { name: 'key', summary: "the routing key; '' for none" },
      { name: 'body', summary: 'JSON; - reads it from stdin', optional: true },
    ],
    options: [HEADER_OPTION, ...DESK_OPTIONS],
    examples: [
      { words: `publish orders order.eu.created '{"id":"o1"}'`, summary: 'exit code 1 if nobody gets it' },
    ],
    load: overDesk(async () => (await import('../send.ts')).publish),
  },
  {
    name: 'result',
    summary: "wait for a run's result, and print it",
    arguments: [ID],
    options: [TIMEOUT_OPTION, ...DESK_OPTIONS],
    examples: [
      { words: 'result 01m8bj --timeout 5m', summary: 'exit code 1 if it failed, 4 if it takes longer' },
    ],
    load: overDesk(async () => (await import('../run-commands.ts')).result),
  },
  {
    name: 'revoke',
    summary: 'let a run not start',
    arguments: [ID],
    options: [
      { flags: '--terminate', summary: 'abort it, too, if it has started' },
      { flags: '--task <name>', summary: 'its task: on AWS nothing tells it of a run that has not started' },
      ...DESK_OPTIONS,
    ],
    examples: [{ words: 'revoke 01m8bj --terminate', summary: 'also while it runs' }],
    load: overDesk(async () => (await import('../run-commands.ts')).revoke),
  },
  {
    name: 'retry',
    summary: 'run an ended run once more',
    arguments: [ID],
    options: [{ flags: '--input <json>', summary: 'another input; - reads it from stdin' }, ...DESK_OPTIONS],
    examples: [{ words: `retry 01m8bj --input '{"id":"o1"}'`, summary: 'with a corrected input' }],
    load: overDesk(async () => (await import('../run-commands.ts')).retry),
  },
  {
    name: 'forget',
    summary: 'drop what is kept of a run: input, result, error',
    arguments: [ID],
    options: [YES_OPTION, ...DESK_OPTIONS],
    examples: [{ words: 'forget 01m8bj --yes', summary: 'in a script' }],
    load: overDesk(async () => (await import('../run-commands.ts')).forget),
  },
  {
    name: 'runs list',
    summary: 'list runs, the newest first; words are looked for',
    arguments: [
      {
        name: 'search',
        summary: 'terms of 3 or more characters, name: state: queue: id: input: result: error:, AND, OR, "…"',
        optional: true,
      },
    ],
    options: [
      { flags: '--state <state>', summary: 'only in this state', choices: STATES },
      { flags: '--task <name>', summary: 'only of this task' },
      { flags: '--queue <name>', summary: 'only of this queue' },
      { flags: '--from <time>', summary: "sent at this time or later: 2026-01-01T00:00:00Z, or '2h' ago" },
      { flags: '--to <time>', summary: 'sent at this time or earlier' },
      { flags: '--oldest', summary: 'the oldest first' },
      limitOption(500, 50),
      { flags: '--after <cursor>', summary: 'what the page before said' },
      ...DESK_OPTIONS,
    ],
    examples: [
      { words: 'runs list --state FAILURE --from 1d', summary: 'what failed since yesterday' },
      { words: `runs list 'error:"card declined" name:charge'`, summary: 'by what it failed with' },
    ],
    load: overDesk(async () => (await import('../runs.ts')).listRuns),
  },
  {
    name: 'runs show',
    summary: 'all that is known of a run, and why it waits',
    arguments: [ID],
    options: DESK_OPTIONS,
    examples: [{ words: 'runs show 01m8bj', summary: 'with its attempts' }],
    load: overDesk(async () => (await import('../runs.ts')).showRun),
  },
];
