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

async function shoot(): Promise<void> {
  const { browser, missing } = await openBrowser();
  if (browser === undefined) throw new Error(missing);
  await using served = await serveDesk(createSampleDesk());
  const only = process.argv.slice(2);
  mkdirSync(FOLDER, { recursive: true });
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const viewport of SIZES) {
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
      const page = await context.newPage();
      for (const { name, hash, act } of SHOTS) {
        if (only.length > 0 && !only.includes(name)) continue;
        await page.goto(`${served.url}/#/${hash}`);
        await page.reload();
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.waitForLoadState('networkidle');
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
