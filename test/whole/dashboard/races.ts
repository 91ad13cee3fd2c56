/**
 * What a reader does is neither undone nor lost, whatever comes in between: answers that are late, polls that
 * bring other data, rows that go. Each answer is held back until the reader has done the next thing.
 */
import type { Browser } from 'playwright-core';
import { expect, test } from 'vitest';
import { COUNT_ASKED, DRAWN, hold, POLL } from './held.ts';
import { openPage } from './opened.ts';
import { createSampleDesk } from './sample-desk.ts';
import { toId } from './sample-runs.ts';
import { at } from './stage.ts';

export function testRaces(browser: () => Browser): void {
  test('a dialog stays, with what is typed in it, when the action of the one before it ends', async () => {
    await at(browser(), 'tasks', async ({ desk, page, button, confirm, told }) => {
      const release = await hold(page, '**/api/tasks/charge/send');
      await button('Send charge').click();
      await confirm('Send');
      await confirm('Cancel');
      await button('Send price').click();
      await page.getByLabel('Input (JSON)').fill('{"sku": "tea"}');
      await release();
      await told(/charge is sent/);
      const kept = await page.getByLabel('Input (JSON)').inputValue();
      await confirm('Send');
      await told(/price is sent/);

      expect(kept).toBe('{"sku": "tea"}');
      expect(desk.done).toEqual(['send charge {}', 'send price {"sku": "tea"}']);
    });
  });

  test('an action that fails after its dialog was closed is told', async () => {
    await at(browser(), `runs/${toId(0)}`, async ({ page, button, confirm, told }) => {
      const refusal = { status: 409, json: { code: 'REVOKE_NOT_KEPT', message: 'it cannot be revoked' } };
      const release = await hold(page, '**/revoke', refusal);
      await button('Revoke…').click();
      await confirm('Revoke');
      await confirm('Cancel');
      await release();

      await told('it cannot be revoked');
    });
  });

  test('a dialog stays when a poll brings its list without its schedule', async () => {
    await at(browser(), 'schedules', async ({ desk, page, button, confirm }) => {
      await button('Change nightly-report').click();
      await page.getByLabel('Trigger').fill('0 4 * * *');
      await desk.removeSchedule('nightly-report');
      await page.evaluate(POLL);
      await page.locator('button[aria-label="Change nightly-report"]').waitFor({ state: 'detached' });
      const kept = await page.getByLabel('Trigger').inputValue();
      await confirm('Change');

      await page.getByRole('alert').getByText("there is no 'nightly-report'").waitFor();
      expect(kept).toBe('0 4 * * *');
    });
  });

  test('a dialog stays when what was typed into the search before it is searched for', async () => {
    await at(browser(), 'schedules', async ({ page }) => {
      await page.evaluate(`{
        const field = document.querySelector('input[type=search]');
        field.value = 'night';
        field.dispatchEvent(new InputEvent('input', { bubbles: true }));
        document.querySelector('button[aria-label="Change nightly-report"]').click();
      }`);
      await page.getByLabel('Trigger').fill('0 4 * * *');
      await page.waitForURL(/prefix=night/);
      await page.locator('button[aria-label="Change watch-tea"]').waitFor({ state: 'detached' });

      expect(await page.getByLabel('Trigger').inputValue()).toBe('0 4 * * *');
    });
  });

  test('a dialog stays when the last dead letter has gone, and does not say that it was sent', async () => {
    await at(browser(), 'dead-letters', async ({ desk, page, button, confirm }) => {
      await button('Redrive charge dead-1').click();
      await page.getByLabel('With another input').check();
      await page.getByLabel('Input (JSON)').fill('{"order": "o-1", "amount": 7}');
      await desk.redrive({ queue: 'payments' });
      await desk.redrive({ queue: 'images' });
      await page.evaluate(POLL);
      await page.getByText('Nothing was given up.').waitFor();
      const kept = await page.getByLabel('Input (JSON)').inputValue();
      await confirm('Redrive');

      await page.getByRole('alert').getByText('None was sent').waitFor();
      expect(kept).toBe('{"order": "o-1", "amount": 7}');
    });
  });

  test('a worker is resized from what it has now, not from what was typed and cancelled', async () => {
    await at(browser(), 'workers', async ({ desk, page, button, confirm }) => {
      await button('Resize box-1').click();
      await page.getByLabel('Slots').fill('17');
      await confirm('Cancel');
      await desk.resizeWorker('box-1', 23);
      await page.evaluate(POLL);
      await page.getByRole('cell', { name: '23', exact: true }).waitFor();
      await button('Resize box-1').click();

      expect(await page.getByLabel('Slots').inputValue()).toBe('23');
    });
  });

  test('an answer that comes late is not shown as one to another message', async () => {
    await at(browser(), 'exchanges', async ({ page, button }) => {
      const release = await hold(page, '**/exchanges/orders/route?*');
      await page.getByLabel('Routing key').fill('order.eu.created');
      await button('Show').click();
      await page.getByLabel('Routing key').fill('nothing');
      const late = page.waitForResponse(/order\.eu\.created/);
      await release();
      await (await late).finished();
      await page.evaluate(DRAWN);
      const shown = await page.locator('.route li').count();
      await button('Show').click();

      await page.getByText('No binding matches').waitFor();
      expect(shown).toBe(0);
    });
  });

  test('a double click does it once, however soon the first click was answered', async () => {
    await at(browser(), 'schedules', async ({ desk, page, button, told }) => {
      const run = button('Run nightly-report now');
      await run.scrollIntoViewIfNeeded();
      await run.hover();
      await page.mouse.down({ clickCount: 1 });
      await page.mouse.up({ clickCount: 1 });
      await told(/nightly-report fires now/);
      await page.locator('[aria-label="Run nightly-report now"]:not([aria-disabled=true])').waitFor();
      await page.mouse.down({ clickCount: 2 });
      await page.mouse.up({ clickCount: 2 });
      await button('Pause nightly-report').click();
      await told('nightly-report is paused.');

      expect(desk.done).toEqual(['run nightly-report', 'pause nightly-report']);
    });
  });

  test('updates that are paused ask no more, and what was asked before is not shown', async () => {
    await at(browser(), 'dead-letters', async ({ desk, page, button }) => {
      const release = await hold(page, '**/api/dead-letters?*');
      await page.evaluate(POLL);
      await release.asked;
      await button('Pause updates').click();
      await button('Resume updates').waitFor();
      await desk.redrive({ queue: 'payments' });
      await page.evaluate(COUNT_ASKED);
      const late = page.waitForResponse(/dead-letters/);
      await release();
      await (await late).finished();
      await page.evaluate(POLL);
      await page.evaluate(DRAWN);
      const paused = await page.locator('.bar').getByText('4 dead letters', { exact: true }).count();
      const askedWhilePaused = await page.evaluate('window.asked');
      await button('Resume updates').click();

      await page.locator('.bar').getByText('1 dead letter', { exact: true }).waitFor();
      expect(paused).toBe(1);
      expect(askedWhilePaused).toBe(0);
    });
  });

  test('a filter of the address is shown before its choices are known, and when it is none', async () => {
    await at(browser(), 'overview', async ({ page }) => {
      const release = await hold(page, '**/api/tasks');
      await page.locator('nav a[href="#/runs"]').click();
      await page.evaluate("location.hash = '#/runs?queue=mail&task=gone'");
      await page.getByText('No run is like this').waitFor();
      const before = await page.getByLabel('Queue').inputValue();
      await release();
      await page
        .locator('option')
        .filter({ hasText: /^charge$/ })
        .waitFor({ state: 'attached' });
      const then = await page.getByLabel('Task').inputValue();
      await page.getByLabel('Task').selectOption('');

      await page.waitForURL(/\?queue=mail$/);
      expect([before, then]).toEqual(['mail', 'gone']);
    });
  });

  test('a search that was typed does not come after a link to all', async () => {
    await at(browser(), 'runs?search=nothing-at-all', async ({ page }) => {
      await page.getByText('Show all runs').waitFor();
      // The search is due when the address has been followed, and before anything is drawn.
      await page.evaluate(`(async () => {
        const field = document.querySelector('input[type=search]');
        field.value = 'nothing-more';
        field.dispatchEvent(new InputEvent('input', { bubbles: true }));
        await ${DRAWN};
        location.hash = '#/runs';
        const begun = performance.now();
        while (performance.now() - begun < 500);
      })()`);
      await page.locator('main tbody tr').first().waitFor();

      expect(await page.getByLabel('Search').inputValue()).toBe('');
      expect(page.url()).toMatch(/#\/runs$/);
    });
  });

  test('all dead letters are redriven from each queue that has some, where not all are shown', async () => {
    const desk = createSampleDesk();
    const { rows } = await desk.deadLetters({ queue: 'payments' });
    const many = Array.from({ length: 200 }, (_, n) => rows.map((row) => ({ ...row, messageId: `m-${n}` })));
    const redriven: string[] = [];
    await using open = await openPage(browser(), {
      ...desk,
      deadLetters: async () => ({ rows: many.flatMap(([row]) => row ?? []) }),
      async redrive({ queue }) {
        redriven.push(queue);
        return { matched: 1, sent: 1, rows: [] };
      },
    });
    await open.go('dead-letters');

    await open.page.getByText('there may be more').waitFor();
    await open.page.getByRole('button', { name: 'Redrive all…' }).click();
    await open.page.getByRole('dialog').getByRole('button', { name: 'Redrive' }).click();
    await open.told('2 dead letters sent again.');

    expect(redriven).toEqual(['payments', 'images']);
  });
}
