/** The catalogue of error codes: complete, its page up to date, its texts in no bundle. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CODE_SECTIONS, textOfCode } from '../../lib/codes/catalogue.ts';
import { toDocument } from '../../lib/codes/document.ts';
import { DEAD_REASONS, REVOKED_REASONS, RUN_STATES, WORKFLOW_REASONS } from '../../lib/codes/ends.ts';

const ROOT = join(import.meta.dirname, '../..');
const CODES = Object.values(CODE_SECTIONS).flatMap((section) => Object.keys(section));
/** What is ours and raises errors; the emulator has AWS's codes, the page those of the API that it asks. */
const SOURCES = ['lib', 'infra']
  .flatMap((folder) => readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true }))
  .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
  .filter((path) => path.endsWith('.ts') && !/^lib\/(emulator|dashboard\/page|codes)\//.test(path))
  .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
const ALL = SOURCES.map(({ text }) => text).join('\n');

test('docs/errors.md says what the catalogue says: run lib/codes/document.ts anew', () => {
  expect(readFileSync(join(ROOT, 'docs/errors.md'), 'utf8')).toBe(toDocument());
});

test('a code stands in one section only, and in the source that raises it', () => {
  const unused = CODES.filter((code) => !ALL.includes(`'${code}'`));

  expect(unused).toEqual([]);
  expect(new Set(CODES).size).toBe(CODES.length);
});

test('every code that a literal names is in the catalogue', () => {
  const named = [...ALL.matchAll(/(?:code: |Error\(\s*|wrong\(\s*)'([A-Z][A-Z_]+)'/g)].map(
    ([, code]) => code,
  );

  expect(named.length).toBeGreaterThan(100);
  // What AWS says where it says nothing.
  expect(named.filter((code) => code !== 'UNKNOWN' && !CODES.includes(code ?? ''))).toEqual([]);
});

test('every reason stands in the source that gives it', () => {
  const reasons = [DEAD_REASONS, REVOKED_REASONS, WORKFLOW_REASONS].flatMap((texts) => Object.keys(texts));

  expect(reasons.filter((reason) => !new RegExp(`'${reason}'(?! *:)`).test(ALL))).toEqual([]);
});

test('texts are sentences, and nothing is said twice', () => {
  const sections = [...Object.values(CODE_SECTIONS), DEAD_REASONS, REVOKED_REASONS, WORKFLOW_REASONS];
  const texts = sections.flatMap((section) => Object.values(section));
  const said = texts.flatMap(({ means, remedy }) => [means, remedy]);

  expect([...said, ...Object.values(RUN_STATES)].filter((text) => !/^\S.*[.…]$/.test(text))).toEqual([]);
  expect(textOfCode('RESULT_TIMEOUT')?.remedy).toContain('Ask again');
  expect(textOfCode('NO_SUCH_CODE')).toBeUndefined();
});

describe('the texts are in no bundle', () => {
  const importing = SOURCES.filter(({ path, text }) => !path.startsWith('lib/cli/') && /codes\//.test(text));

  test('only lib/errors.ts names the catalogue, and as a type', () => {
    expect(importing.map(({ path }) => path)).toEqual(['lib/errors.ts']);
    expect(importing[0]?.text.match(/^.*codes\/.*$/gm)).toEqual([
      "import type { ErrorCode } from './codes/catalogue.ts';",
      "export type { ErrorCode } from './codes/catalogue.ts';",
    ]);
  });
});
