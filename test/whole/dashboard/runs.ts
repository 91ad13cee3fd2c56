/** Actions on runs, tasks and workflows, driven in a real browser, as the desk behind the page sees them. */
import type { Browser } from 'playwright-core';
import { expect, test } from 'vitest';
import { toId } from './sample-runs.ts';
import { at } from './stage.ts';

export function testRuns(browser: () => Browser): void {
  test('a failed run is found by its input, read, given another input and run to success', async () => {
    await at(browser(), 'runs', async ({ desk, page, button, confirm }) => {
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

  test.each([
    ['in the moment in which the field appears', APPEARS],
    ['while what was typed before is searched for', SEARCHES],
  ])('what is typed %s is searched for', async (_when, script) => {
    await at(browser(), 'tasks', async ({ page }) => {
      await page.evaluate(script);
      await page.locator('nav a[href="#/runs"]').click();
      if (script === SEARCHES) await page.getByLabel('Search').fill('o-10');
      await page.waitForURL(/search=o-1003/);
      await page.locator('main tbody tr').nth(1).waitFor({ state: 'detached' });

      expect(await page.getByLabel('Search').inputValue()).toBe('o-1003');
    });
  });

  test('a failed run is retried as it was', async () => {
    await at(browser(), `runs/${toId(3)}`, async ({ desk, button, told }) => {
      await button('Retry').click();
      await told('charge runs again.');

      expect(desk.done).toEqual([`retry ${toId(3)}`]);
    });
  });

  test('a run that has not ended is revoked, and aborted where that is asked', async () => {
    await at(browser(), `runs/${toId(0)}`, async ({ desk, page, button, confirm }) => {
      await button('Revoke…').click();
      await page.getByLabel('Also abort it while it runs').check();
      await confirm('Revoke');
      await page.locator('.facts').getByText('REVOKED').waitFor();

      expect(desk.done).toEqual([`terminate ${toId(0)}`]);
    });
  });

  test('what is kept of a run is forgotten only after it was confirmed', async () => {
    await at(browser(), `runs/${toId(3)}`, async ({ desk, page, button, confirm }) => {
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
    await at(browser(), 'runs?state=PENDING', async ({ page }) => {
      await page
        .getByRole('button', { name: /^Why is refund/ })
        .first()
        .click();

      await page.getByText('the rate limit 100/m of refund lets it run in its turn').waitFor();
      const cells = page.locator('main tbody tr', { has: page.locator('.why.said') }).locator('td');
      const words = await page.locator('.why.said').boundingBox();
      const next = await cells.nth(1).boundingBox();

      expect((words?.x ?? 0) + (words?.width ?? 0)).toBeLessThanOrEqual(next?.x ?? 0);
    });
  });

  test('runs are filtered by state, task and queue, in the address too, and paged', async () => {
    await at(browser(), 'runs', async ({ page }) => {
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
      await page.locator('tbody th a').first().waitFor();
      const tasks = await page.locator('tbody th a').allInnerTexts();
      await page.reload();
      await page.locator('tbody th a').first().waitFor();

      expect(new Set(tasks)).toEqual(new Set(['thank']));
      expect(await page.getByLabel('Queue').inputValue()).toBe('mail');
    });
  });

  test('a task is sent with its input and a delay', async () => {
    await at(browser(), 'tasks', async ({ desk, page, button, confirm }) => {
      await button('Send charge').click();
      await page.getByLabel('Input (JSON)').fill('{"order": "o-1"}');
      await confirm('Send');
      await page.getByRole('heading', { level: 1, name: 'charge' }).waitFor();
      await page.getByText('behind 12 others in its queue').waitFor();

      expect(desk.done).toEqual(['send charge {"order": "o-1"}']);
    });
  });

  test('a task is called and its answer shown', async () => {
    await at(browser(), 'tasks', async ({ desk, page, button, confirm }) => {
      await button('Send price').click();
      await page.getByLabel('Wait for the result').check();
      await confirm('Call');
      await page.getByRole('heading', { name: 'What price has answered' }).waitFor();
      await page.getByText('"paid": 40').waitFor();

      expect(desk.done).toEqual(['call price {}']);
    });
  });

  test("a group's members are shown page by page", async () => {
    await at(browser(), 'workflows/flow-0', async ({ page }) => {
      const members = page.locator('.tree ul ul .leaf').filter({ hasText: 'price' });
      await page.getByRole('button', { name: 'Show more of 230 others' }).click();
      await page.getByRole('button', { name: 'Show more of 210 others' }).waitFor();

      expect(await members.count()).toBe(40);
    });
  });
}

/** Types before the browser has drawn the field. */
const APPEARS = `{
  const observer = new MutationObserver(() => {
    const field = document.querySelector('input[type=search]');
    if (field === null) return;
    observer.disconnect();
    field.value = 'o-1003';
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  });
  observer.observe(document.body, { childList: true, subtree: true });
}`;

/** Types on in the moment in which the search is put into the address. */
const SEARCHES = `addEventListener('hashchange', () => {
  const field = document.querySelector('input[type=search]');
  if (field?.value !== 'o-10') return;
  field.value = 'o-1003';
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
})`;
