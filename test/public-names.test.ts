/** What users can import: every name has a sentence that says what it is for. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

test.each([
  'lib/index.ts',
  'lib/aws/index.ts',
  'lib/dashboard/index.ts',
  'lib/emulator/index.ts',
  'lib/testing/index.ts',
  'infra/index.ts',
])('every name that %s exports is documented where it is declared', (index) => {
  const names = exportsOf(join(ROOT, index));

  expect(names.length).toBeGreaterThan(3);
  expect(names.filter(({ name, file }) => !isDocumented(name, file)).map(({ name }) => name)).toEqual([]);
});

test('a name without a sentence is found, as is one that is declared elsewhere', () => {
  const text = '/** Says. */\nexport const said = 1;\nexport const silent = 1;\n';

  expect([declaredIn(text, 'said'), declaredIn(text, 'silent'), declaredIn(text, 'other')]).toEqual([
    'documented',
    'bare',
    undefined,
  ]);
});

interface Exported {
  readonly name: string;
  readonly file: string;
}

/** The names that a file exports from others, as they are called there. */
function exportsOf(path: string): readonly Exported[] {
  const text = readFileSync(path, 'utf8');
  return [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)';/gm)].flatMap(
    ([, list = '', from = '']) =>
      list
        .split(',')
        .map((word) =>
          word
            .trim()
            .replace(/^type /, '')
            .replace(/ as .*/, ''),
        )
        .filter((name) => name !== '')
        .map((name) => ({ name, file: join(dirname(path), from) })),
  );
}

function isDocumented(name: string, file: string): boolean {
  const declared = declaredIn(readFileSync(file, 'utf8'), name);
  if (declared !== undefined) return declared === 'documented';
  const passedOn = exportsOf(file).find((exported) => exported.name === name);
  return passedOn !== undefined && isDocumented(passedOn.name, passedOn.file);
}

/** Whether a source declares a name, and with a comment before it; of overloads the first counts. */
function declaredIn(text: string, name: string): 'documented' | 'bare' | undefined {
  const lines = text.split('\n');
  const declares = new RegExp(`^export (async )?(const|function|class|interface|type) ${name}\\b`);
  const line = lines.findIndex((one) => declares.test(one));
  if (line === -1) return undefined;
  return lines[line - 1]?.endsWith('*/') ? 'documented' : 'bare';
}
