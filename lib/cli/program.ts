/** The catalogue as a program: Commander reads the words and prints the help. */
import { Argument, Command, CommanderError, Option } from 'commander';
import { CeleriacError } from '../errors.ts';
import type { Entry, Option as EntryOption } from './catalogue/entry.ts';
import { GROUPS } from './catalogue/groups.ts';
import { SECTIONS } from './catalogue/index.ts';
import { EXIT, missing } from './failure.ts';

/** Runs a command: `main` catches what it throws. */
export type Perform = (entry: Entry, options: object, given: unknown[]) => Promise<void>;

/** Makes the program; parsing words performs a command. With `json` it leaves it to `main` to say errors. */
export function createProgram(version: string, perform: Perform, json = false): Command {
  const program = new Command('celeriac')
    .description("Celery's tasks, RabbitMQ's exchanges and APScheduler's schedules on AWS")
    .version(version, '-v, --version')
    .option('--no-color', 'print without colours, as the environment variable NO_COLOR does')
    .showHelpAfterError('(celeriac --help lists what there is)')
    .exitOverride()
    .configureOutput(json ? { writeErr: () => {} } : {});
  program.addHelpText('after', `\n${sayExitCodes()}`);
  const groups = new Map<string, Command>();
  for (const [title, entries] of Object.entries(SECTIONS)) {
    program.commandsGroup(`${title}:`);
    for (const entry of entries) {
      const [first = '', second] = entry.name.split(' ');
      if (second === undefined) addEntry(program, first, entry, perform);
      else addEntry(groups.get(first) ?? addGroup(program, groups, first), second, entry, perform);
    }
  }
  return program;
}

/** Whether Commander has ended by an error of the command line, and with which code of ours. */
export function exitCodeOfCommander(error: unknown): number | undefined {
  if (!(error instanceof CommanderError)) return undefined;
  // Help and version that were asked for end with 0.
  return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
}

/** An error of the command line as one of ours. */
export function toUsageError(error: unknown): CeleriacError {
  const { code, message } = error instanceof CommanderError ? error : { code: '', message: String(error) };
  // A group without its command: Commander prints its help, and has no words for it.
  if (code === 'commander.help') return missing('a command is missing; celeriac --help lists what there is');
  const text = message.replace(/^error: /, '');
  return /missing/i.test(code) ? missing(text) : new CeleriacError('INVALID_ARGUMENT', text);
}

function addGroup(program: Command, groups: Map<string, Command>, name: string): Command {
  const group = program.command(name).description(GROUPS[name] ?? '');
  groups.set(name, group);
  return group;
}

function addEntry(parent: Command, name: string, entry: Entry, perform: Perform): void {
  const command = parent
    .command(name)
    .description(entry.summary)
    .showHelpAfterError(`(celeriac ${entry.name} --help says what it takes)`);
  for (const { name: argument, summary, optional = false, choices } of entry.arguments ?? []) {
    const added = new Argument(optional ? `[${argument}]` : `<${argument}>`, summary);
    command.addArgument(choices === undefined ? added : added.choices(choices));
  }
  for (const option of entry.options ?? []) command.addOption(toOption(option));
  const examples = (entry.examples ?? []).map(
    ({ words, summary }) => `  celeriac ${words}\n      ${summary}`,
  );
  if (examples.length > 0) command.addHelpText('after', `\nExamples:\n${examples.join('\n')}`);
  command.action(async (...read: unknown[]) => {
    // Commander gives the arguments, then the options, then the command itself.
    const given = read.slice(0, -2);
    await perform(entry, command.opts(), given);
  });
}

function toOption({ flags, summary, default: value, required, repeated, choices }: EntryOption): Option {
  const option = new Option(flags, summary);
  if (value !== undefined) option.default(value);
  if (required === true) option.makeOptionMandatory();
  if (choices !== undefined) withChoices(option, choices);
  if (repeated === true)
    option.argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text]);
  return option;
}

/** In small or large letters. */
function withChoices(option: Option, choices: readonly string[]): void {
  option.choices(choices);
  const strict = option.parseArg;
  option.argParser((text: string, before: unknown) => {
    const meant = choices.find((one) => one.toLowerCase() === text.toLowerCase());
    return strict?.(meant ?? text, before);
  });
}

function sayExitCodes(): string {
  const { ok, failed, usage, notFound, timeout } = EXIT;
  return `Exit codes: ${ok} ok, ${failed} failed, ${usage} usage, ${notFound} not found, ${timeout} time-out`;
}
