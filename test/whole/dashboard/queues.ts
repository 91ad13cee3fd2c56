/** Actions on queues and dead letters, driven in a real browser, as the desk behind the page sees them. */
import type { Browser } from 'playwright-core';
import { expect, test } from 'vitest';
import { openPage } from './opened.ts';
import { createSampleDesk } from './sample-desk.ts';
import { at } from './stage.ts';

export function testQueues(browser: () => Browser): void {
  test('a queue is looked at, and the messages stay with their reason to wait', async () => {
    await at(browser(), 'queues/payments', async ({ desk, page, button }) => {
      await button('Look at messages').click();
      await page.getByText('Rate limit').first().waitFor();
      await page
        .getByRole('button', { name: /^Body of/ })
        .first()
        .click();
      await page.getByText('"celeriac": 1').waitFor();

      expect(desk.done).toEqual([]);
    });
  });

  test('runs that are known to wait in it are listed without a look at its messages', async () => {
    await at(browser(), 'queues/payments', async ({ desk, page }) => {
      const waits = page.getByRole('region', { name: 'Runs that are known to wait' });
      await waits.getByText('Rate limit').first().waitFor();
      const [run] = await desk.waitingRuns('payments');
      const link = waits.locator(`a[href="#/runs/${run?.id}"]`);

      expect(await link.textContent()).toBe(run?.task);
      expect(desk.done).toEqual([]);
    });
  });

  test('a queue is paused, resumed, sent to, and purged after a confirmation', async () => {
    await at(browser(), 'queues/payments', async ({ desk, page, button, confirm, told }) => {
      await button('Pause').click();
      await page.getByText('paused', { exact: true }).waitFor();
      await button('Resume').click();
      await told('payments is worked again.');
      await page.getByLabel('Task').selectOption('refund');
      await button('Send it…').click();
      await confirm('Send');
      await told(/refund is sent/);
      await button('Purge…').click();
      await page.getByText('12 ready and 3 delayed').waitFor();
      await confirm('Purge payments');
      await told('12 messages of payments deleted.');

      expect(desk.done).toEqual([
        'pause queue payments',
        'resume queue payments',
        'send refund {}',
        'purge payments',
      ]);
    });
  });

  test('a dead letter is read, previewed and redriven with another input to another queue', async () => {
    await at(browser(), 'dead-letters', async ({ desk, page, button, confirm, told }) => {
      await page.getByRole('button', { name: 'History and body of dead-1' }).click();
      await page.getByText('"order": "o-1"').waitFor();
      await button('Redrive charge dead-1').click();
      await page.getByLabel('With another input').check();
      await page.getByLabel('Input (JSON)').fill('{"order": "o-1", "amount": 2}');
      await page.getByLabel('Send to').selectOption('default');
      await button('Preview').click();
      const preview = await page.getByRole('region', { name: 'Preview' }).innerText();
      const before = [...desk.done];
      await confirm('Redrive');
      await told('1 dead letter sent again.');
      await page.getByRole('button', { name: 'Redrive charge dead-1' }).waitFor({ state: 'detached' });

      expect(before).toEqual([]);
      expect(preview).toMatch(/1 dead letter would be sent\.\s+charge dead-1 → default/);
      expect(desk.done).toEqual(['redrive dead-1 to default with {"order": "o-1", "amount": 2}']);
    });
  });

  test('a dead letter without an input is edited from none, and not from its whole envelope', async () => {
    const desk = createSampleDesk();
    const { rows } = await desk.deadLetters({ queue: 'images' });
    const bare = rows.map((row) => ({ ...row, body: JSON.stringify({ id: row.id, task: row.task }) }));
    await using open = await openPage(browser(), { ...desk, deadLetters: async () => ({ rows: bare }) });
    await open.go('dead-letters');

    await open.page.getByRole('button', { name: 'Redrive resize dead-4', exact: true }).click();
    await open.page.getByLabel('With another input').check();

    expect(await open.page.getByLabel('Input (JSON)').inputValue()).toBe('null');
  });

  test('chosen dead letters of several queues, and all that match a filter, are redriven', async () => {
    await at(browser(), 'dead-letters', async ({ desk, page, button, confirm, told }) => {
      await page.getByLabel('Choose refund dead-2').check();
      await page.getByLabel('Choose resize dead-4').check();
      await button('Redrive chosen…').click();
      await confirm('Redrive');
      await told('2 dead letters sent again.');
      await page.getByLabel('Why').selectOption('failed');
      await button('Redrive all…').click();
      await button('Preview').click();
      await page.getByRole('region', { name: 'Preview' }).getByText('2 dead letters').waitFor();
      await confirm('Redrive');
      await page.getByText('No dead letter is like this').waitFor();

      expect(desk.done).toEqual([
        'redrive dead-2 to payments',
        'redrive dead-4 to images',
        'redrive dead-1,dead-3 to payments',
      ]);
    });
  });

  test('all that match are asked about anew when what was typed before changes which those are', async () => {
    await at(browser(), 'dead-letters', async ({ desk, page, button, confirm, told }) => {
      await page.evaluate(`{
        const field = document.querySelector('input[type=search]');
        field.value = 'dead-1';
        field.dispatchEvent(new InputEvent('input', { bubbles: true }));
        const buttons = [...document.querySelectorAll('.bar button')];
        buttons.find((one) => one.textContent === 'Redrive all…').click();
      }`);
      await page.waitForURL(/search=dead-1/);
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await button('Redrive all…').click();
      await confirm('Redrive');
      await told('1 dead letter sent again.');

      expect(desk.done).toEqual(['redrive dead-1 to payments']);
    });
  });

  test('updates that are paused stay away, and come when they are resumed', async () => {
    await at(browser(), 'dead-letters', async ({ desk, page, button }) => {
      await button('Pause updates').click();
      await desk.redrive({ queue: 'payments' });
      await page.getByLabel('Search').fill('o-');
      await button('Resume updates').waitFor();
      await page.getByLabel('Search').fill('');
      await button('Resume updates').click();

      await page.getByText('1 dead letter', { exact: true }).waitFor();
    });
  });
}
