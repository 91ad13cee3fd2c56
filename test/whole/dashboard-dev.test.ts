/**
 * The dashboard as `celeriac dev` serves it, over a real app on the emulator: what is done in the page
 * happens to real messages in real queues, and what it says is true of them.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBrowser } from './dashboard/browser.ts';
import { listenToTold } from './dashboard/told.ts';
import { type Program, startProgram } from './program.ts';

const ROOT = join(import.meta.dirname, '../..');
const HOME = join(ROOT, '.celeriac');
const SOURCES = {
  'cdk.json': JSON.stringify({ app: 'node --import tsx stack.ts' }),
  'app.ts': `
import { defineApp, defineQueue, defineTask, exponential } from '#lib';

const busy = () => new Promise((done) => setTimeout(done, 100_000));
// A function may run for a sixth of it.
const letters = defineQueue('letters', { visibility: '12m' });
export const charge = defineTask('charge', {
  queue: defineQueue('payments'),
  retry: { attempts: 1 },
  run: ({ amount }: { amount: number }) => {
    if (amount > 100) throw new TypeError(\`an amount of \${amount} is over the limit\`);
    return { paid: amount };
  },
});
export const insist = defineTask('insist', {
  queue: letters,
  retry: { attempts: 3, backoff: exponential('10m', { jitter: false }) },
  run: () => { throw new Error('nobody is there'); },
});
export const mail = defineTask('mail', { queue: letters, rateLimit: '1/h', run: () => 'sent' });
export const pack = defineTask('pack', { queue: letters, concurrency: 1, run: busy });
export const sync = defineTask('sync', {
  queue: letters,
  once: { key: ({ shop }: { shop: string }) => shop, taken: 'wait' },
  run: busy,
});
export const shop = defineApp('shop', { tasks: [charge, insist, mail, pack, sync] });
`,
  'worker.ts': `
import { serve } from '#lib/aws';
import { shop } from './app.ts';

export const handler = serve(shop);
`,
  'stack.ts': `
import { App, Stack } from 'aws-cdk-lib/core';
import { Broker } from '#infra';
import { shop } from './app.ts';

const app = new App();
new Broker(new Stack(app, 'Shop'), 'Broker', { app: shop, entry: 'worker.ts' });
`,
};

const { browser, missing } = await openBrowser();

describe.skipIf(browser === undefined)(`the dashboard of celeriac dev in Chromium ${missing ?? ''}`, () => {
  let project: string;
  let program: Program;
  let page: Page;
  let url: string;
  let told: Awaited<ReturnType<typeof listenToTold>>;

  beforeAll(async () => {
    if (browser === undefined) return;
    mkdirSync(HOME, { recursive: true });
    project = mkdtempSync(join(HOME, 'dashboard-'));
    for (const [path, text] of Object.entries(SOURCES)) writeFileSync(join(project, path), text);
    const bin = join(ROOT, 'bin/celeriac.js');
    program = startProgram(process.execPath, [bin, 'dev', '--port', '0'], project);
    url = /http:\S+/.exec(await program.says(/dashboard http:\S+/))?.[0] ?? '';
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(90_000);
    told = await listenToTold(page);
  });

  afterAll(async () => {
    await browser?.close();
    await program?.[Symbol.asyncDispose]();
    rmSync(project, { recursive: true, force: true });
  });

  test('a failing task is found by search, its error read, its input edited, and it succeeds', async () => {
    await send('charge', { amount: 41 });
    await send('charge', { amount: 4_711 });

    await page.goto(`${url}/#/runs`);
    await page.getByLabel('Search').fill('over the limit');
    const found = page.locator('main tbody tr').filter({ hasText: 'an amount of 4711 is over the limit' });
    await found.waitFor();
    await page.locator('main tbody tr').nth(1).waitFor({ state: 'detached' });
    await found.getByRole('link', { name: 'charge' }).click();
    await page.getByText('an amount of 4711 is over the limit').first().waitFor();
    await page.getByRole('region', { name: 'Stack' }).first().getByText('TypeError').waitFor();
    await page.getByRole('button', { name: 'Edit and retry…' }).click();
    await page.getByLabel('Input (JSON)').fill('{"amount": 99}');
    await page.getByRole('dialog').getByRole('button', { name: 'Retry' }).click();
    await page.locator('.facts').getByText('SUCCESS').waitFor();

    await page.getByRole('region', { name: 'Result' }).getByText('"paid": 99').waitFor();
  });

  test('a dead letter is previewed, edited and redriven, and then runs', async () => {
    const id = await send('charge', { amount: 815 });

    await page.goto(`${url}/#/dead-letters?search=815`);
    await page.getByRole('button', { name: `Redrive charge ${id}` }).click();
    await page.getByLabel('With another input').check();
    await page.getByLabel('Input (JSON)').fill('{"amount": 8}');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('region', { name: 'Preview' }).getByText(`${id} → payments`).waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Redrive' }).click();
    await told('1 dead letter sent again.');
    await page.goto(`${url}/#/runs/${id}`);
    await page.locator('.facts').getByText('SUCCESS').waitFor();

    await page.getByRole('region', { name: 'Result' }).getByText('"paid": 8').waitFor();
  });

  test.each([
    ['delayed', async () => send('charge', { amount: 1 }, { delay: '10m' }), /^Delayed/],
    ['for its retry', () => send('insist', {}), /^Waits for its retry.*nobody is there/],
    ['for a rate', () => second('mail', { to: 'bob' }), /^Rate limit.*1\/h/],
    ['for a place', () => second('pack', { box: 'b' }), /^Concurrency limit/],
    ['for a key', () => second('sync', { shop: 'oslo' }), /^One run at a time.*sync/],
  ])('a run that waits %s says so', async (_, act, words) => {
    const id = await act();

    await page.goto(`${url}/#/runs/${id}`);

    await page.locator('main > .waiting').filter({ hasText: words }).waitFor();
  });

  test('a queue that is paused in the page delivers nothing until it is resumed, and says so', async () => {
    await page.goto(`${url}/#/queues/payments`);
    await page.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.getByText('paused', { exact: true }).waitFor();
    const id = await send('charge', { amount: 7 });
    await page.goto(`${url}/#/runs/${id}`);
    await page
      .locator('main > .waiting')
      .filter({ hasText: /^Queue paused/ })
      .waitFor();
    await page.goto(`${url}/#/queues/payments`);
    await page.getByRole('button', { name: 'Resume', exact: true }).click();
    await page.goto(`${url}/#/runs/${id}`);

    await page.locator('.facts').getByText('SUCCESS').waitFor();
  });

  async function send(task: string, input: object, options: object = {}): Promise<string> {
    const answer = await page.request.post(`${url}/api/tasks/${task}/send`, {
      headers: { 'x-celeriac': '1' },
      data: { input: JSON.stringify(input), options },
    });
    const { id }: { id: string } = await answer.json();
    expect(answer.status()).toBe(200);
    return id;
  }

  /** The second of two that cannot both run; sent at once, either could be the one that runs. */
  async function second(task: string, input: object): Promise<string> {
    const first = await send(task, input);
    // It is not found for as long as it is neither in its queue nor in the table.
    await expect.poll(() => stateOf(first), { timeout: 90_000 }).toMatch(/^(STARTED|SUCCESS)$/);
    return send(task, input);
  }

  async function stateOf(id: string): Promise<string> {
    const { state = '' }: { state?: string } = await (await page.request.get(`${url}/api/runs/${id}`)).json();
    return state;
  }
});
