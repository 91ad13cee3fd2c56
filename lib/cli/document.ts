/**
 * docs/cli.md, made from the catalogue: `npx tsx lib/cli/document.ts` writes it, and a test holds that it is
 * as the catalogue says.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { PRICES, PRICES_READ } from '../core/price.ts';
import { DESK_OPTIONS, type Entry, type Option } from './catalogue/entry.ts';
import { GROUPS } from './catalogue/groups.ts';
import { SECTIONS } from './catalogue/index.ts';
import { EXIT } from './failure.ts';

/** The document. */
export function toDocument(): string {
  const sections = Object.entries(SECTIONS).map(([title, entries]) =>
    [`## ${title}`, ...entries.map(toSection)].join('\n\n'),
  );
  return `${[HEAD, ...sections, CODES, COSTS].join('\n\n')}\n`;
}

const HEAD = `# The command line

<!-- Made by npx tsx lib/cli/document.ts from lib/cli/catalogue; change that. -->

\`npx celeriac <command> --help\` says the same. Everywhere:

- \`--json\` prints JSON, one value a line; an error is a line of JSON on stderr, with \`code\`,
  \`message\`, \`value\`, \`allowed\`.
- The app is the module that \`--app\` names, that package.json names
  (\`"celeriac": { "app": "functions/app.ts" }\`), or the one module of the project with
  \`export const … = defineApp(…)\`. TypeScript is compiled by the project's esbuild.
- Where it runs: \`--stage\`, \`--region\`, \`--endpoint\`, or CELERIAC_STAGE, AWS_REGION,
  AWS_ENDPOINT_URL. An emulator on this machine needs neither Region nor credentials:
  \`--endpoint http://127.0.0.1:4566\`.
- Inputs are JSON; \`-\` reads them from stdin. Times are \`2026-01-01T00:00:00Z\`; those of
  \`--from\` and \`--to\` may say how long ago: \`2h\`.
- What cannot be taken back asks first; where nobody can be asked, \`--yes\` has to be given.
- Colours and bars are for terminals; NO_COLOR and \`--no-color\` turn colours off.

Options that are the same for all commands over an app, or over a running one:

${toTable(DESK_OPTIONS.map((option) => [option.flags, toText(option)]))}

Groups:

${Object.entries(GROUPS)
  .map(([name, summary]) => `- \`${name}\`: ${summary}`)
  .join('\n')}`;

const CODES = `## Exit codes

${toTable([
  [String(EXIT.ok), 'done'],
  [
    String(EXIT.failed),
    'it did not succeed: AWS refused, a task failed, check found something, nobody gets a message',
  ],
  [
    String(EXIT.usage),
    'the words are wrong: an unknown command or option, a value that cannot be, a question nobody can answer',
  ],
  [String(EXIT.notFound), 'there is no such run, queue, task, schedule, exchange or app'],
  [String(EXIT.timeout), 'what was waited for did not come in time'],
])}`;

const COSTS = `## Prices

\`celeriac check\` and the dashboard count with these (${PRICES_READ}; lib/core/price.ts names the sources):

| service | one of these | US dollars a million |
|---|---|---|
${Object.values(PRICES)
  .map(({ service, unit, usdPerMillion }) => `| ${service} | ${unit} | ${usdPerMillion.toFixed(2)} |`)
  .join('\n')}`;

/** Said once, on top. */
const COMMON: ReadonlySet<Option> = new Set(DESK_OPTIONS);

function toSection({ name, summary, arguments: given = [], options = [], examples = [] }: Entry): string {
  const words = given.map((argument) => (argument.optional ? `[${argument.name}]` : `<${argument.name}>`));
  const rows = [
    ...given.map((argument, index) => [words[index] ?? '', argument.summary] as const),
    ...options
      .filter((option) => !COMMON.has(option))
      .map((option) => [option.flags, toText(option)] as const),
  ];
  return [
    `### ${['celeriac', name, ...words].join(' ')}`,
    `${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`,
    ...(rows.length === 0 ? [] : [toTable(rows)]),
    ['```sh', ...examples.map((example) => toExample(example.words, example.summary)), '```'].join('\n'),
  ].join('\n\n');
}

function toText(option: Option): string {
  return [
    option.summary,
    ...(option.choices === undefined ? [] : [`one of ${option.choices.join(', ')}`]),
    ...(option.default === undefined ? [] : [`default ${option.default}`]),
    ...(option.required === true ? ['required'] : []),
  ].join('; ');
}

function toTable(rows: readonly (readonly [string, string])[]): string {
  return ['| | |', '|---|---|', ...rows.map(toRow)].join('\n');
}

function toRow([name, text]: readonly [string, string]): string {
  return `| \`${name}\` | ${text.replaceAll('|', '\\|').replaceAll('<', '&lt;')} |`;
}

function toExample(words: string, summary: string): string {
  return `celeriac ${words}    # ${summary}`;
}

// A test imports this file to see whether the committed document is what the catalogue says.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  mkdirSync(new URL('../../docs/', import.meta.url), { recursive: true });
  writeFileSync(new URL('../../docs/cli.md', import.meta.url), toDocument());
}
