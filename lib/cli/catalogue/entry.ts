/**
 * How a command is described: the program, its help, the completions of shells and docs/cli.md are all made
 * from these. What a command does is loaded only when it is asked for.
 */

/** A value by its place. */
export interface Argument {
  readonly name: string;
  readonly summary: string;
  readonly optional?: boolean;
  /** What shells propose. */
  readonly choices?: readonly string[];
}

export interface Option {
  /** As Commander writes it: `--stage <name>`; without a value it is a switch. */
  readonly flags: string;
  readonly summary: string;
  readonly default?: string;
  readonly required?: boolean;
  /** May be given several times; the command gets a list. */
  readonly repeated?: boolean;
  /** Nothing else is taken. */
  readonly choices?: readonly string[];
}

export interface Example {
  /** Without `celeriac`. */
  readonly words: string;
  readonly summary: string;
}

/** What runs: it gets the options under Commander's names, then the arguments in their order. */
export type Run = (options: never, ...given: never[]) => Promise<void>;

export interface Entry {
  /** 'send', or 'queues list' in a group. */
  readonly name: string;
  readonly summary: string;
  readonly arguments?: readonly Argument[];
  readonly options?: readonly Option[];
  readonly examples?: readonly Example[];
  readonly load: () => Promise<Run>;
}

export const JSON_OPTION: Option = { flags: '--json', summary: 'print JSON, one value a line' };

/** Where the app's definitions are. */
export const APP_FILE_OPTIONS: readonly Option[] = [
  {
    flags: '--app <file>',
    summary: 'the module that exports the app, in TypeScript or JavaScript; found by itself in most projects',
  },
  { flags: '--name <name>', summary: 'the app, where the module exports several' },
];

/** What every command over definitions understands. */
export const APP_OPTIONS: readonly Option[] = [...APP_FILE_OPTIONS, JSON_OPTION];

/** Where the app runs. */
export const PLACE_OPTIONS: readonly Option[] = [
  { flags: '--stage <name>', summary: 'which copy of the app; else CELERIAC_STAGE, else dev' },
  {
    flags: '--endpoint <url>',
    summary: "another address than AWS's, such as http://127.0.0.1:4566 of celeriac dev",
  },
  { flags: '--region <name>', summary: 'the Region; else the environment says' },
];

/** What every command over a running app understands. */
export const DESK_OPTIONS: readonly Option[] = [...APP_OPTIONS, ...PLACE_OPTIONS];

/** For what cannot be taken back. */
export const YES_OPTION: Option = { flags: '--yes', summary: 'do not ask' };

export const HEADER_OPTION: Option = {
  flags: '--header <name=value>',
  summary: 'a header; give it once for each. A value that is JSON is taken as such',
  repeated: true,
};

/** How many rows a list has. */
export function limitOption(most: number, value: number): Option {
  return { flags: '--limit <number>', summary: `how many at most, up to ${most}`, default: String(value) };
}
