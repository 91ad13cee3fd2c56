/** Every block of TypeScript in the README and the guides is compiled, and what can be run is run. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { defineApp, defineConsumer, RejectError } from '#lib';
import { simulate } from '#lib/testing';
import { crawler, use } from './celery.ts';
import { wait, work } from './rabbitmq.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'templates/README.md',
  ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
].filter((page) => page.endsWith('.md'));

/** Files that the compiler reads: their regions, and what the README shows whole. */
const CODE = ['test/docs', 'test/define', 'test/examples'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => toPublicNames(readFileSync(join(ROOT, folder, name), 'utf8'))),
);
const REGIONS = CODE.flatMap((text) =>
  [...text.matchAll(/^ *\/\/ region \w+\n(.*?)^ *\/\/ endregion$/gms)].map(([, region = '']) =>
    dedent(region),
  ),
);

test.each(PAGES)('the code of %s is compiled', (page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const blocks = [...text.matchAll(/^```(?:ts|typescript|js|javascript)\n(.*?)^```$/gms)].map(
    ([, block = '']) => block.trim(),
  );

  const whole = CODE.map((code) => code.trim());
  expect(blocks.filter((block) => !REGIONS.includes(block) && !whole.includes(block))).toEqual([]);
});

test('each region is shown somewhere', () => {
  const shown = PAGES.map((page) => readFileSync(join(ROOT, page), 'utf8')).join('\n');

  expect(REGIONS.length).toBeGreaterThan(8);
  expect(REGIONS.filter((region) => !shown.includes(`\n${region}\n\`\`\`\n`))).toEqual([]);
});

test('what docs/celery.md calls does what it says', async () => {
  await using sim = simulate(crawler);

  expect(await use(sim)).toEqual([17, 34, '34 characters', [17, 17], 'REVOKED']);
});

test('in docs/rabbitmq.md what is rejected comes back after 30 seconds, and x-death counts', async () => {
  const seen: unknown[] = [];
  const app = defineApp('circle', {
    queues: [wait, work],
    consumers: [
      defineConsumer(work, {
        run({ headers }) {
          seen.push(headers['x-death']);
          throw new RejectError('not now');
        },
      }),
    ],
  });
  await using sim = simulate(app);

  await sim.publish(work, { n: 1 });
  await sim.advance('65s');

  expect(seen).toHaveLength(3);
  expect(seen[2]).toMatchObject([
    { queue: 'wait', reason: 'expired', count: 2 },
    { queue: 'work', reason: 'rejected', count: 2 },
  ]);
});

/** As in a project with the package installed. */
function toPublicNames(source: string): string {
  return source.replaceAll("'#lib", "'celeriac").replaceAll("'#infra'", "'celeriac/infra'");
}

/** Without the indentation that all of its lines have. */
function dedent(text: string): string {
  const indents = text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.search(/\S/)]));
  const by = Math.min(...indents);
  return text
    .split('\n')
    .map((line) => line.slice(by))
    .join('\n')
    .trim();
}
