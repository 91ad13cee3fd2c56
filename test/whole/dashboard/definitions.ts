/** Actions on exchanges, schedules, workers and limits, driven in a browser, as the desk sees them. */
import type { Browser } from 'playwright-core';
import { expect, test } from 'vitest';
import { at } from './stage.ts';

export function testDefinitions(browser: () => Browser): void {
  test('a message is tried out on an exchange, and published', async () => {
    await at(browser(), 'exchanges', async ({ desk, page, button, confirm, told }) => {
      await page.getByLabel('Routing key').fill('nothing');
      await button('Show').click();
      await page.getByText('No binding matches').waitFor();
      await page.getByLabel('Routing key').fill('order.eu.created');
      await page.getByLabel('Headers (JSON)').fill('{"vat": true}');
      await button('Show').click();
      await page.getByText('orders --order.*.created--> charge').waitFor();
      const reached = await page.locator('.box.reached').allTextContents();
      await button('Publish…').click();
      await page.getByLabel('Message (JSON)').fill('{"id": 1}');
      await confirm('Publish');
      await told(/Published m-1/);

      expect(reached).toEqual(['chargetask']);
      expect(desk.done).toEqual(['publish orders order.eu.created {"id": 1} {"vat":true}']);
    });
  });

  test('a schedule is paused, resumed, run, changed and removed', async () => {
    await at(browser(), 'schedules', async ({ desk, page, button, confirm, told }) => {
      await button('Pause nightly-report').click();
      await button('Resume nightly-report').click();
      await button('Pause nightly-report').waitFor();
      await button('Run nightly-report now').click();
      await told(/nightly-report fires now/);
      await button('Change nightly-report').click();
      await page.getByLabel('Trigger').fill('0 3 * * *');
      await confirm('Change');
      await page.getByRole('row').getByText('0 3 * * *').waitFor();
      await button('Remove nightly-report').click();
      await confirm('Remove');
      await button('Remove nightly-report').waitFor({ state: 'detached' });

      expect(desk.done).toEqual([
        'pause nightly-report',
        'resume nightly-report',
        'run nightly-report',
        'reschedule 0 3 * * * nightly-report',
        'remove nightly-report',
      ]);
    });
  });

  test('a schedule is added, and one whose name is taken is refused in its dialog', async () => {
    await at(browser(), 'schedules', async ({ desk, page, button, confirm, told }) => {
      await button('Add a schedule…').click();
      await page.getByLabel('Name', { exact: true }).fill('watch-tea');
      await page.getByLabel('Trigger').fill('15m');
      await page.getByLabel('Task').selectOption('price');
      await page.getByLabel('Input (JSON)').fill('{"sku": "tea"}');
      await confirm('Add');
      await page.getByRole('alert').getByText("there is a schedule 'watch-tea' already").waitFor();
      await page.getByLabel('Name', { exact: true }).fill('watch-coffee');
      await confirm('Add');
      await told('watch-coffee is added.');
      await button('Pause watch-coffee').waitFor();

      expect(desk.done).toEqual(['add watch-coffee 15m price {"sku": "tea"}']);
    });
  });

  test('a long-running worker is given other slots and shut down', async () => {
    await at(browser(), 'workers', async ({ desk, page, button, confirm, told }) => {
      await button('Resize box-1').click();
      await page.getByLabel('Slots').fill('12');
      await confirm('Resize');
      await told(/box-1 takes 12 at once/);
      await button('Shut down box-1').click();
      await confirm('Shut down');
      await button('Shut down box-1').waitFor({ state: 'detached' });

      expect(desk.done).toEqual(['resize 12 box-1', 'shutdown box-1']);
    });
  });

  test('limits are changed, and given back to what the task defines', async () => {
    await at(browser(), 'limits', async ({ desk, page, button, confirm, told }) => {
      await button('Change limits of charge').click();
      await page.getByText('Empty: what the task defines.', { exact: true }).waitFor();
      await page.getByLabel('Rate').fill('5/s');
      await page.getByLabel('At once').fill('');
      await confirm('Change');
      await told('The limits of charge are changed.');
      await page.getByRole('row').filter({ hasText: '5/s' }).getByText('changed at run time').waitFor();

      expect(desk.done).toEqual(['limits charge 5/s null']);
    });
  });
}
