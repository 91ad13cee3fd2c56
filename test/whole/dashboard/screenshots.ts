/**
 * `npm run screenshots`: each page of the dashboard, wide and narrow, light and dark, over a sample shop,
 * into the folder `screenshots`, which git ignores. They are to be looked at.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { openBrowser } from './browser.ts';
import { createSampleDesk } from './sample-desk.ts';
import { toId } from './sample-runs.ts';
import { serveDesk } from './server.ts';

const FOLDER = join(import.meta.dirname, '../../../screenshots');

interface Shot {
  readonly name: string;
  readonly hash: string;
  /** What is done before it is taken. */
  readonly act?: (page: Page) => Promise<unknown>;
  /** An app that nothing has happened in yet, an API that does not answer or fails, one with a log-in. */
  readonly state?: 'empty' | 'loading' | 'failing' | 'session';
}

const click = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click();

const SHOTS: readonly Shot[] = [
  { name: 'overview', hash: 'overview' },
  { name: 'runs', hash: 'runs', act: click(/^Why is/) },
  { name: 'runs-none', hash: 'runs?search=nothing-like-this' },
  { name: 'run-failed', hash: `runs/${toId(3)}` },
  { name: 'run-waiting', hash: `runs/${toId(8)}` },
  { name: 'run-edit', hash: `runs/${toId(3)}`, act: click('Edit and retry…') },
  { name: 'tasks', hash: 'tasks' },
  { name: 'task-send', hash: 'tasks', act: click('Send charge') },
  { name: 'workflows', hash: 'workflows' },
  { name: 'workflow', hash: 'workflows/flow-0' },
  { name: 'queues', hash: 'queues' },
  { name: 'queue', hash: 'queues/payments', act: click('Look at messages') },
  { name: 'queue-purge', hash: 'queues/payments', act: click('Purge…') },
  {
    name: 'dead-letters',
    hash: 'dead-letters',
    act: click(/^History and body/),
  },
  { name: 'dead-letters-redrive', hash: 'dead-letters', act: redrive },
  { name: 'exchanges', hash: 'exchanges', act: tryMessage },
  { name: 'schedules', hash: 'schedules' },
  { name: 'schedule-add', hash: 'schedules', act: click('Add a schedule…') },
  { name: 'workers', hash: 'workers' },
  { name: 'limits', hash: 'limits' },
  { name: 'cost', hash: 'cost' },
  { name: 'run-succeeded', hash: `runs/${toId(1)}` },
  { name: 'run-in-workflow', hash: `runs/${toId(4)}` },
  { name: 'task-answer', hash: 'tasks', act: call },
  { name: 'menu', hash: 'overview', act: openMenu, state: 'session' },
  ...['overview', 'runs', 'workflows', 'dead-letters', 'exchanges', 'schedules', 'workers'].map(
    (hash): Shot => ({ name: `${hash}-empty`, hash, state: 'empty' }),
  ),
  { name: 'runs-loading', hash: 'runs', state: 'loading' },
  { name: 'queues-failing', hash: 'queues', state: 'failing' },
];
const SIZES = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
];

async function redrive(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Redrive charge dead-1' }).click();
  await page.getByRole('button', { name: 'Preview' }).click();
  await page.getByRole('region', { name: 'Preview' }).waitFor();
}

async function tryMessage(page: Page): Promise<void> {
  await page.getByLabel('Routing key').fill('order.eu.created');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await page.getByText('orders --order.*.created--> charge').waitFor();
}

async function call(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Send price' }).click();
  await page.getByLabel('Wait for the result').check();
  await page.getByRole('dialog').getByRole('button', { name: 'Call' }).click();
  await page.getByRole('heading', { name: 'What price has answered' }).waitFor();
}

/** There is a button for it on a narrow page only. */
async function openMenu(page: Page): Promise<void> {
  const button = page.getByRole('button', { name: 'Menu' });
  if (await button.isVisible()) await button.click();
}

/** Of the questions of a page, the first one is that of its frame. */
async function obstruct(page: Page, state: Shot['state']): Promise<void> {
  await page.unrouteAll();
  if (state === 'loading') await page.route(/api\/(?!overview)/, () => new Promise(() => {}));
  if (state === 'session') {
    await page.route(/api\//, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, headers: { ...response.headers(), 'x-celeriac-session': '1' } });
    });
  }
  if (state === 'failing') {
    const body = JSON.stringify({ code: 'INTERNAL', message: 'SQS has answered with an internal error' });
    await page.route(/api\/(?!overview)/, (route) => route.fulfill({ status: 500, body }));
  }
}

async function shoot(): Promise<void> {
  const { browser, missing } = await openBrowser();
  if (browser === undefined) throw new Error(missing);
  await using served = await serveDesk(createSampleDesk());
  await using vacant = await serveDesk(createSampleDesk({ empty: true }));
  const only = process.argv.slice(2);
  mkdirSync(FOLDER, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const viewport of SIZES) {
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
      const page = await context.newPage();
      for (const { name, hash, act, state } of SHOTS) {
        if (only.length > 0 && !only.includes(name)) continue;
        await obstruct(page, state);
        await page.goto(`${state === 'empty' ? vacant.url : served.url}/#/${hash}`);
        await page.reload();
        await page.getByRole('heading', { level: 1 }).waitFor();
        if (state !== 'loading') await page.waitForLoadState('networkidle');
        await act?.(page);
        const path = join(FOLDER, `${name}-${viewport.width}-${colorScheme}.png`);
        const tall = Number(await page.evaluate('document.documentElement.scrollHeight'));
        // What is behind a dialog does not scroll, and of a long list the first rows are enough.
        const height =
          act === undefined || !(await page.getByRole('dialog').isVisible()) ? tall : viewport.height;
        await page.setViewportSize({
          ...viewport,
          height: Math.min(2_200, Math.max(viewport.height, height)),
        });
        await page.screenshot({ path });
        await page.setViewportSize(viewport);
        const wider = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
        console.log(
          `${name} ${viewport.width} ${colorScheme}${Number(wider) > 0 ? ` WIDER by ${wider}` : ''}`,
        );
      }
      await context.close();
    }
  }
  await browser.close();
}

await shoot();
