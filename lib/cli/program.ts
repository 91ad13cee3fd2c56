/** The catalogue as a program: Commander reads the words and prints the help. */
import { Argument, Command, CommanderError, Option } from 'commander';
import type { Entry, Option as EntryOption } from './catalogue/entry.ts';
import { GROUPS, SECTIONS } from './catalogue/index.ts';
import { EXIT } from './failure.ts';

/** Runs a command: `main` catches what it throws, and knows then whether JSON was asked for. */
export type Perform = (entry: Entry, options: { readonly json?: boolean }, given: unknown[]) => Promise<void>;

/** Makes the program; parsing words performs a command. */
export function createProgram(version: string, perform: Perform): Command {
  const program = new Command('celeriac')
    .description("Celery's tasks, RabbitMQ's exchanges and APScheduler's schedules on AWS")
    .version(version, '-v, --version')
    .option('--no-color', 'print without colours, as the environment variable NO_COLOR does')
    .showHelpAfterError('(celeriac --help lists what there is)')
    .exitOverride();
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

function addGroup(program: Command, groups: Map<string, Command>, name: string): Command {
  const group = program.command(name).description(GROUPS[name] ?? '');
  groups.set(name, group);
  return group;
}

function addEntry(parent: Command, name: string, entry: Entry, perform: Perform): void {
  const command = parent.command(name).description(entry.summary);
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
  if (choices !== undefined) option.choices(choices);
  if (repeated === true)
    option.argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text]);
  return option;
}

function sayExitCodes(): string {
  const { ok, failed, usage, notFound, timeout } = EXIT;
  return `Exit codes: ${ok} ok, ${failed} failed, ${usage} usage, ${notFound} not found, ${timeout} time-out`;
}
