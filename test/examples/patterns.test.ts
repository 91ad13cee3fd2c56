/**
 * The seven patterns of RabbitMQ's tutorials, a page of code each: every page is run as it stands and prints
 * what its last lines say.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const FOLDER = join(import.meta.dirname, 'patterns');
const PAGES = readdirSync(FOLDER);
const NAMES = ['simple', 'work-queue', 'publish-subscribe', 'routing', 'topics', 'headers', 'rpc'];

test('there is a page for each of the seven patterns', () => {
  expect(PAGES).toEqual(NAMES.map((name) => `${name}.ts`).sort());
});

test.each(PAGES)('%s prints what it says', async (page) => {
  const { anyOrder, lines } = expected(readFileSync(join(FOLDER, page), 'utf8'));

  const { stdout } = await run(process.execPath, ['--import', 'tsx', join(FOLDER, page)]);

  const printed = stdout.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(0);
  expect(anyOrder ? printed.sort() : printed).toEqual(anyOrder ? lines.sort() : lines);
});

/** The comment at the end of a page, behind 'Prints:'. */
function expected(page: string): { readonly anyOrder: boolean; readonly lines: string[] } {
  const [, order, text = ''] = /^\/\/ Prints(, in any order)?:\n((?:\/\/ .*\n)+)$/m.exec(page) ?? [];
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => line.replace('// ', ''));
  return { anyOrder: order !== undefined, lines };
}
