/** Every action of the dashboard's page, driven in a real browser, as the desk behind it sees it. */
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { openBrowser } from './browser.ts';
import { openPage } from './opened.ts';
import { createSampleDesk, type SampleDesk } from './sample-desk.ts';
import { toId } from './sample-runs.ts';

const { browser, missing } = await openBrowser();

interface Stage {
  readonly desk: SampleDesk;
  readonly page: Page;
  readonly button: (name: string) => ReturnType<Page['getByRole']>;
  /** The button of the dialog that is open. */
  readonly confirm: (name: string) => Promise<void>;
  /** Waits for what is told after an action. */
  readonly told: (text: string | RegExp) => Promise<void>;
}

describe.skipIf(browser === undefined)(`an action in Chromium ${missing ?? ''}`, () => {
  afterAll(() => browser?.close());

  test('a failed run is found by a text of its input, read, given another input and run to success', async () => {
    await at('runs', async ({ desk, page, button, confirm }) => {
      await page.getByLabel('Search').fill('o-1003');
      await page.getByLabel('State').selectOption('FAILURE');
      await page.waitForURL(/search=o-1003.*state=FAILURE|state=FAILURE.*search=o-1003/);
      await page.locator('main tbody tr').nth(1).waitFor({ state: 'detached' });
      await page.locator('main tbody').getByRole('link', { name: 'charge' }).click();
      await page.getByText('at Bank.charge (/app/lib/bank.ts:41:11)').first().waitFor();

      await button('Edit and retry…').click();
      await page.getByLabel('Input (JSON)').fill('{"order": "o-1003", "amount": ');
      await page.getByText('This is not JSON').waitFor();
      const refused = await page.getByRole('dialog').getByRole('button', { name: 'Retry' }).isDisabled();
      await page.getByLabel('Input (JSON)').fill('{"order": "o-1003", "amount": 1}');
      await confirm('Retry');
      await page.locator('.facts').getByText('SUCCESS').waitFor();

      expect(refused).toBe(true);
      expect(desk.done).toEqual([`retry {"order": "o-1003", "amount": 1} ${toId(3)}`]);
    });
  });

  test('a failed run is retried as it was', async () => {
    await at(`runs/${toId(3)}`, async ({ desk, button, told }) => {
      await button('Retry').click();
      await told('charge runs again.');

      expect(desk.done).toEqual([`retry ${toId(3)}`]);
    });
  });

  test('a run that has not ended is revoked, and aborted where that is asked', async () => {
    await at(`runs/${toId(0)}`, async ({ desk, page, button, confirm }) => {
      await button('Revoke…').click();
      await page.getByLabel('Also abort it while it runs').check();
      await confirm('Revoke');
      await page.locator('.facts').getByText('REVOKED').waitFor();

      expect(desk.done).toEqual([`terminate ${toId(0)}`]);
    });
  });

  test('what is kept of a run is forgotten only after it was confirmed', async () => {
    await at(`runs/${toId(3)}`, async ({ desk, page, button, confirm }) => {
      await button('Forget…').click();
      await confirm('Cancel');
      const before = [...desk.done];
      await button('Forget…').click();
      await confirm('Forget');
      await page.getByText('No input is kept').waitFor();

      expect(before).toEqual([]);
      expect(desk.done).toEqual([`forget ${toId(3)}`]);
    });
  });

  test('a list says why a run waits when it is asked', async () => {
    await at('runs?state=PENDING', async ({ page }) => {
      await page
        .getByRole('button', { name: /^Why is refund/ })
        .first()
        .click();

      await page.getByText('the rate limit 100/m of charge lets it run in its turn').waitFor();
    });
  });

  test('runs are filtered by state, task and queue, in the address too, and paged', async () => {
    await at('runs', async ({ page }) => {
      await page.getByRole('button', { name: 'Older' }).click();
      await page.getByText('Page 2').waitFor();
      await page.getByLabel('Queue').selectOption('mail');
      await page.getByLabel('Task').selectOption('thank');
      await page.getByLabel('State').selectOption('SUCCESS');
      await page.getByText('Page 2').waitFor({ state: 'detached' });
      await page
        .locator('main tbody tr')
        .filter({ hasNotText: 'thank' })
        .first()
        .waitFor({ state: 'detached' });
      const tasks = await page.locator('tbody th a').allInnerTexts();
      await page.reload();
      await page.locator('tbody th a').first().waitFor();

      expect(new Set(tasks)).toEqual(new Set(['thank']));
      expect(await page.getByLabel('Queue').inputValue()).toBe('mail');
    });
  });

  test('a task is sent with its input and a delay', async () => {
    await at('tasks', async ({ desk, page, button, confirm }) => {
      await button('Send charge').click();
      await page.getByLabel('Input (JSON)').fill('{"order": "o-1"}');
      await confirm('Send');
      await page.getByRole('heading', { level: 1, name: 'charge' }).waitFor();
      await page.getByText('behind 12 others in its queue').waitFor();

      expect(desk.done).toEqual(['send charge {"order": "o-1"}']);
    });
  });

  test('a task is called and its answer shown', async () => {
    await at('tasks', async ({ desk, page, button, confirm }) => {
      await button('Send price').click();
      await page.getByLabel('Wait for the result').check();
      await confirm('Call');
      await page.getByRole('heading', { name: 'What price has answered' }).waitFor();
      await page.getByText('"paid": 40').waitFor();

      expect(desk.done).toEqual(['call price {}']);
    });
  });

  test('a queue is looked at, and the messages stay with their reason to wait', async () => {
    await at('queues/payments', async ({ desk, page, button }) => {
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

  test('a queue is paused, resumed, sent to, and purged after a confirmation', async () => {
    await at('queues/payments', async ({ desk, page, button, confirm, told }) => {
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
    await at('dead-letters', async ({ desk, page, button, confirm, told }) => {
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

  test('chosen dead letters of several queues, and all that match a filter, are redriven', async () => {
    await at('dead-letters', async ({ desk, page, button, confirm, told }) => {
      await page.getByLabel('Choose refund dead-2').check();
      await page.getByLabel('Choose resize dead-4').check();
      await button('Redrive chosen…').click();
      await confirm('Redrive');
      await told('2 dead letters sent again.');
      await page.getByLabel('Why').selectOption('failed');
      await button('Redrive all…').click();
      await button('Preview').click();
      await page.getByText('2 dead letters', { exact: true }).last().waitFor();
      await confirm('Redrive');
      await page.getByText('No dead letter is like this').waitFor();

      expect(desk.done).toEqual([
        'redrive dead-2 to payments',
        'redrive dead-4 to images',
        'redrive dead-1,dead-3 to payments',
      ]);
    });
  });

  test('a message is tried out on an exchange, and published', async () => {
    await at('exchanges', async ({ desk, page, button, confirm, told }) => {
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
    await at('schedules', async ({ desk, page, button, confirm, told }) => {
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
    await at('schedules', async ({ desk, page, button, confirm, told }) => {
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
    await at('workers', async ({ desk, page, button, confirm, told }) => {
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

  test('limits are changed and taken away', async () => {
    await at('limits', async ({ desk, page, button, confirm, told }) => {
      await button('Change limits of charge').click();
      await page.getByLabel('Rate').fill('5/s');
      await page.getByLabel('At once').fill('');
      await confirm('Change');
      await told('The limits of charge are changed.');
      await page.getByRole('row').filter({ hasText: '5/s' }).getByText('changed at run time').waitFor();

      expect(desk.done).toEqual(['limits charge 5/s null']);
    });
  });

  test("a group's members are shown page by page", async () => {
    await at('workflows/flow-0', async ({ page }) => {
      const members = page.locator('.tree ul ul .leaf').filter({ hasText: 'price' });
      await page.getByRole('button', { name: 'Show more of 230 others' }).click();
      await page.getByRole('button', { name: 'Show more of 210 others' }).waitFor();

      expect(await members.count()).toBe(40);
    });
  });

  test('updates that are paused stay away, and come when they are resumed', async () => {
    await at('dead-letters', async ({ desk, page, button }) => {
      await button('Pause updates').click();
      await desk.redrive({ queue: 'payments' });
      await page.getByLabel('Search').fill('o-');
      await button('Resume updates').waitFor();
      await page.getByLabel('Search').fill('');
      await button('Resume updates').click();

      await page.getByText('1 dead letter', { exact: true }).waitFor();
    });
  });
});

async function at(place: string, act: (stage: Stage) => Promise<void>): Promise<void> {
  if (browser === undefined) return;
  const desk = createSampleDesk();
  await using open = await openPage(browser, desk);
  const { page } = open;
  await open.go(place);
  await act({
    desk,
    page,
    button: (name) => page.getByRole('button', { name, exact: true }),
    confirm: (name) => page.getByRole('dialog').getByRole('button', { name, exact: true }).click(),
    told: (text) => page.locator('.told').getByText(text).waitFor(),
  });
  expect(
    open.problems.filter((problem) => !problem.includes('the server responded with a status of 4')),
  ).toEqual([]);
}
