/**
 * `celeriac completions`: a script for a shell, made from the catalogue. It holds all words itself, so
 * completing starts no process.
 */
import type { Entry, Option } from './catalogue/entry.ts';
import { GROUPS } from './catalogue/groups.ts';

export type Shell = 'bash' | 'zsh';

/** The command that prints the script for a catalogue. */
export function completionsOf(catalogue: readonly Entry[]): (_: unknown, shell: Shell) => Promise<void> {
  return async (_, shell) => {
    process.stdout.write(toScript(shell, catalogue));
  };
}

/** The script of a shell for a catalogue. */
export function toScript(shell: Shell, catalogue: readonly Entry[]): string {
  return shell === 'bash' ? toBash(catalogue) : toZsh(catalogue);
}

/** What can follow a command, or a group of commands. */
interface Place {
  /** 'queues list'; '' at the start. */
  readonly after: string;
  readonly words: readonly Word[];
  /** Options whose value is one of some, or a file. */
  readonly values: readonly { readonly option: string; readonly choices: readonly string[] | 'file' }[];
}

interface Word {
  readonly word: string;
  readonly summary: string;
}

function placesOf(catalogue: readonly Entry[]): readonly Place[] {
  const names = catalogue.map(({ name }) => name.split(' '));
  const groups = [...new Set(names.filter((name) => name.length > 1).map(([group = '']) => group))];
  const firsts = [
    ...catalogue
      .filter(({ name }) => !name.includes(' '))
      .map(({ name, summary }) => ({ word: name, summary })),
    ...groups.map((word) => ({ word, summary: GROUPS[word] ?? '' })),
  ];
  return [
    { after: '', words: [...firsts, HELP, { word: '--version', summary: 'the version' }], values: [] },
    ...groups.map((group) => ({
      after: group,
      words: [
        ...catalogue
          .filter(({ name }) => name.startsWith(`${group} `))
          .map(({ name, summary }) => ({ word: name.slice(group.length + 1), summary })),
        HELP,
      ],
      values: [],
    })),
    ...catalogue.map(toPlace),
  ];
}

const HELP: Word = { word: '--help', summary: 'help' };

function toPlace({ name, arguments: given = [], options = [] }: Entry): Place {
  const choices = given.flatMap((argument) => argument.choices ?? []);
  return {
    after: name,
    words: [
      ...choices.map((word) => ({ word, summary: word })),
      ...options.map((option) => ({ word: flagOf(option), summary: option.summary })),
      HELP,
    ],
    values: options.flatMap((option) => {
      const found = option.choices ?? (/<(file|folder)>/.test(option.flags) ? ('file' as const) : undefined);
      return found === undefined ? [] : [{ option: flagOf(option), choices: found }];
    }),
  };
}

function flagOf({ flags }: Option): string {
  return flags.split(' ', 1)[0] ?? flags;
}

function toBash(catalogue: readonly Entry[]): string {
  const places = placesOf(catalogue);
  return `# Completions of celeriac for bash: eval "$(celeriac completions bash)" in ~/.bashrc
_celeriac() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" place='' part
  local -a parts=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")
  COMPREPLY=()
  for part in "\${parts[@]}"; do
    case "\${place:+$place }$part" in
${places
  .filter(({ after }) => after !== '')
  .map(({ after }) => `      '${after}') place='${after}' ;;`)
  .join('\n')}
    esac
  done
  case "$place $before" in
${places
  .flatMap(({ after, values }) =>
    values.map(({ option, choices }) => {
      const reply = choices === 'file' ? '-f --' : `-W '${choices.join(' ')}' --`;
      return `    '${after} ${option}') COMPREPLY=($(compgen ${reply} "$word")); return ;;`;
    }),
  )
  .join('\n')}
  esac
  case "$place" in
${places
  .map(
    ({ after, words }) =>
      `    '${after}') COMPREPLY=($(compgen -W '${words.map(({ word }) => word).join(' ')}' -- "$word")) ;;`,
  )
  .join('\n')}
  esac
}
complete -o default -F _celeriac celeriac
`;
}

function toZsh(catalogue: readonly Entry[]): string {
  const places = placesOf(catalogue);
  return `#compdef celeriac
# Completions of celeriac for zsh: eval "$(celeriac completions zsh)" in ~/.zshrc, after compinit
_celeriac() {
  local place='' part before="\${words[CURRENT-1]}"
  local -a found
  for part in "\${(@)words[2,CURRENT-1]}"; do
    case "\${place:+$place }$part" in
${places
  .filter(({ after }) => after !== '')
  .map(({ after }) => `      (${zshText(after)}) place=${zshText(after)} ;;`)
  .join('\n')}
    esac
  done
  case "$place $before" in
${places
  .flatMap(({ after, values }) =>
    values.map(({ option, choices }) => {
      const reply = choices === 'file' ? '_files' : `compadd -- ${choices.join(' ')}`;
      return `    (${zshText(`${after} ${option}`)}) ${reply}; return ;;`;
    }),
  )
  .join('\n')}
  esac
  case "$place" in
${places
  .map(({ after, words }) => {
    const described = words.map(({ word, summary }) => zshText(`${word}:${summary.replaceAll(':', '\\:')}`));
    return `    (${zshText(after)}) found=(${described.join(' ')}) ;;`;
  })
  .join('\n')}
  esac
  _describe celeriac found
}
compdef _celeriac celeriac
`;
}

/** Quoted for the shell; a quote inside ends the quotes, is written by itself, and begins them again. */
function zshText(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
