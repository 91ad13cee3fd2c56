/** The catalogue of commands: complete, loadable, and completed by shells. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { GROUPS } from '../../lib/cli/catalogue/groups.ts';
import { CATALOGUE } from '../../lib/cli/catalogue/index.ts';
import { toScript } from '../../lib/cli/completions.ts';
import { toDocument } from '../../lib/cli/document.ts';
import { createProgram } from '../../lib/cli/program.ts';

test.each(CATALOGUE.map((entry) => [entry.name, entry] as const))(
  '%s has a summary and an example of its own, and loads',
  async (name, entry) => {
    const run = await entry.load();

    expect(typeof run).toBe('function');
    expect(entry.summary).toMatch(/^[a-z]/);
    expect(entry.examples?.length).toBeGreaterThan(0);
    for (const { words } of entry.examples ?? []) expect(words.startsWith(name)).toBe(true);
  },
);

test('every example is understood by the program, with its options', async () => {
  for (const { name, examples = [] } of CATALOGUE) {
    for (const { words } of examples) {
      const performed: string[] = [];
      const program = createProgram('1.0.0', async (entry) => {
        performed.push(entry.name);
      });
      await program.parseAsync(['node', 'celeriac', ...toWords(words)]);
      expect([words, ...performed]).toEqual([words, name]);
    }
  }
});

test('names are unique, and every group has a summary and members', () => {
  const names = CATALOGUE.map(({ name }) => name);
  const groups = new Set(names.flatMap((name) => (name.includes(' ') ? [name.split(' ')[0]] : [])));

  expect(new Set(names).size).toBe(names.length);
  expect(Object.keys(GROUPS).sort()).toEqual([...groups].sort());
});

test('docs/cli.md says what the catalogue says: run lib/cli/document.ts anew', () => {
  const committed = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');

  expect(toDocument()).toBe(committed);
  for (const { name } of CATALOGUE) expect(committed).toContain(`### celeriac ${name}`);
});

describe('bash', () => {
  test.each([
    ['celeriac gr', ['graph']],
    ['celeriac graph --fo', ['--format']],
    ['celeriac graph --format m', ['mermaid']],
    ['celeriac graph --json --format d', ['dot']],
    ['celeriac completions z', ['zsh']],
    ['celeriac queues re', ['resume', 'redrive']],
    ['celeriac queues redrive payments --pre', ['--preview']],
    ['celeriac runs list --state F', ['FAILURE']],
  ])('completes %j', (line, words) => {
    expect(complete(line)).toEqual(words);
  });
});

test('the script for zsh has every command with its summary', (context) => {
  const script = toScript('zsh', CATALOGUE);

  for (const { name } of CATALOGUE) expect(script).toContain(`'${name}'`);
  // Its syntax is looked at where there is a zsh.
  const checked = spawnSync('zsh', ['-n'], { input: script, encoding: 'utf8' });
  if (checked.error !== undefined) return context.skip('zsh is not installed: its syntax was not checked');
  expect(checked.stderr).toBe('');
});

/** What bash would propose at the end of a line. */
function complete(line: string): string[] {
  const words = line.split(' ');
  const script = `${toScript('bash', CATALOGUE)}
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${words.length - 1}
_celeriac
printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8' }).trim().split('\n');
}

/** The words of an example, up to where a shell would do something else with it. */
function toWords(text: string): string[] {
  const [command = ''] = text.split(/ [>|]/);
  return [...command.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
}
