/** The tree of a workflow in the page, of real ones run on the emulator's models. */
import { afterAll, expect, test } from 'vitest';
import { chain, chord, defineApp, defineTask, group, link, linkError } from '../../lib/index.ts';
import { createDeskWorld } from '../dashboard/desk-world.ts';
import { openBrowser } from './dashboard/browser.ts';
import { type OpenPage, openPage } from './dashboard/opened.ts';

const { browser, missing } = await openBrowser();
afterAll(() => browser?.close());

const price = defineTask('price', { run: (sku: string) => sku.length });
const weigh = defineTask('weigh', {
  retry: { attempts: 1 },
  run: (sku: string): number => {
    if (sku === 'ghost') throw new RangeError('a ghost weighs nothing');
    return sku.length;
  },
});
const sum = defineTask('sum', { run: (values: readonly number[]) => values.length });
const note = defineTask('note', { run: (_: unknown) => undefined });
const sorry = defineTask('sorry', { run: (_: unknown) => undefined });
const shop = defineApp('shop', { tasks: [price, weigh, sum, note, sorry] });

/** Each line of the tree, indented by its depth: state, what it is, and what it says besides. */
const LINES = `[...document.querySelectorAll('.tree li')].map((item) => {
  const line = item.querySelector(':scope > details > summary') ?? item;
  const depth = [...document.querySelectorAll('.tree ul')].filter((list) => list.contains(item)).length;
  const own = [...line.childNodes].filter((node) => node.nodeName !== 'UL');
  return '  '.repeat(depth) + own.map((node) => node.textContent.trim()).filter(Boolean).join(' ');
})`;

test('a chain of groups, with a chord that failed, is shown with states, counts and links', async ({
  skip,
}) => {
  if (browser === undefined) return skip(missing);
  await using world = await createDeskWorld(shop);
  await using open = await openPage(browser, world.desk);
  const workflow = chain(
    group([price('tea'), link(price('milk'), note)]),
    sum,
    linkError(chord([weigh('tea'), weigh('ghost')], sum), sorry),
  );
  const sent = await world.sim.send(workflow);
  await world.sim.advance('1m');

  await open.go(`workflows/${sent.id}`);
  await open.page.locator('.tree .leaf').first().waitFor();
  const lines = await open.page.evaluate(LINES);
  await open.page.locator('.tree .leaf').filter({ hasText: 'FAILURE' }).getByRole('link').click();
  await open.page.getByText('a ghost weighs nothing').first().waitFor();

  expect(lines).toEqual([
    '✕ FAILURE chain',
    '  ✓ SUCCESS group 2 of 2',
    '    ✓ SUCCESS price 0.0',
    '    ✓ SUCCESS price 0.1',
    '      ✓ SUCCESS note afterwards 0.1.l0',
    '  ✓ SUCCESS sum 1',
    '  ✕ FAILURE chain',
    '    ✕ FAILURE group 1 of 2 · 1 failed',
    '      ✓ SUCCESS weigh 2.0.0',
    '      ✕ FAILURE weigh 2.0.1',
    '    ○ PENDING sum 2.1',
    '    ✓ SUCCESS sorry on an error 2.e0',
  ]);
});

test('the members of a large group are shown page by page, and what is linked to it once', async ({
  skip,
}) => {
  if (browser === undefined) return skip(missing);
  await using world = await createDeskWorld(shop);
  await using open = await openPage(browser, world.desk);
  const members = Array.from({ length: 130 }, (_, index) => price(`item ${index}`));
  const sent = await world.sim.send(link(group(members), note));
  await world.sim.advance('1m');

  await open.go(`workflows/${sent.id}`);
  await open.page.getByRole('button', { name: 'Show more of 30 others' }).click();
  await open.page.getByRole('button', { name: /^Show more/ }).waitFor({ state: 'detached' });

  expect(await leaves(open, 'price')).toBe(130);
  expect(await leaves(open, 'note')).toBe(1);
});

function leaves({ page }: OpenPage, task: string): Promise<number> {
  return page.locator('.tree .leaf').filter({ hasText: task }).count();
}
