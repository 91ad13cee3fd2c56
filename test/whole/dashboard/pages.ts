/** Every page of the dashboard in a real browser: what it shows, and how it is read and reached. */
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { expect, test } from 'vitest';
import { NAMELESS, OVERFLOWING, POOR_CONTRAST } from './looks.ts';
import { FOLLOWED, type OpenPage, openPage } from './opened.ts';
import { createSampleDesk, type SampleOptions } from './sample-desk.ts';
import { toId } from './sample-runs.ts';

const PLACES = [
  ...['overview', 'runs', `runs/${toId(3)}`, `runs/${toId(8)}`, 'tasks', 'workflows', 'workflows/flow-0'],
  ...['queues', 'queues/payments', 'dead-letters', 'exchanges', 'schedules', 'workers', 'limits', 'cost'],
];
const LISTS = PLACES.filter((place) => !place.includes('/'));
const NARROW = { viewport: { width: 390, height: 844 } };

export function testPages(browser: () => Browser): void {
  /** What is wrong at each place, by place; what the browser complains of too. */
  const wrongAt = async (
    places: readonly string[],
    find: (open: OpenPage) => Promise<unknown>,
    options: { readonly sample?: SampleOptions; readonly context?: BrowserContextOptions } = {},
  ): Promise<unknown> => {
    await using open = await openPage(browser(), createSampleDesk(options.sample), options.context);
    const wrong: Record<string, unknown> = {};
    for (const place of places) {
      await open.go(place);
      await open.page.locator('main').locator('table, .facts, .tree, .chart, .empty').first().waitFor();
      const found = await find(open);
      if (Array.isArray(found) ? found.length > 0 : Boolean(found)) wrong[place] = found;
    }
    if (open.problems.length > 0) wrong.browser = open.problems;
    return wrong;
  };

  test('each page has one heading and data, says no problem, and breaks no rule of its policy', async () => {
    const wrong = await wrongAt(PLACES, async ({ page }) => {
      const headings = await page.getByRole('heading', { level: 1 }).count();
      const alerts = await page.getByRole('alert').allInnerTexts();
      return headings === 1 && alerts.length === 0 ? undefined : { headings, alerts };
    });

    expect(wrong).toEqual({});
  });

  test('each page fits 390 pixels', async () => {
    const wider = 'document.documentElement.scrollWidth - innerWidth';

    const wrong = await wrongAt(PLACES, ({ page }) => page.evaluate(wider), { context: NARROW });

    expect(wrong).toEqual({});
  });

  test.each([1280, 390])('no text leaves its cell at %d pixels', async (width) => {
    const context = { viewport: { width, height: 900 } };

    const wrong = await wrongAt(PLACES, ({ page }) => page.evaluate(OVERFLOWING), { context });

    expect(wrong).toEqual({});
  });

  test('each list says when there is nothing', async () => {
    const sample = { empty: true };

    const wrong = await wrongAt(LISTS, ({ page }) => page.locator('.empty').first().waitFor(), { sample });

    expect(wrong).toEqual({});
  });

  test('every button, link and field has a name, and no element an inline style', async () => {
    const wrong = await wrongAt(PLACES, ({ page }) => page.evaluate(NAMELESS));

    expect(wrong).toEqual({});
  });

  test.each(['light', 'dark'] as const)('text has the contrast of WCAG AA in %s', async (colorScheme) => {
    const context = { colorScheme, reducedMotion: 'reduce' } as const;

    const wrong = await wrongAt(PLACES, ({ page }) => page.evaluate(POOR_CONTRAST), { context });

    expect(wrong).toEqual({});
  });

  test('a text of poor contrast, a wide one, and a button without a name would be found', async () => {
    await using open = await openPage(browser(), createSampleDesk());
    await open.go('overview');

    await open.page.evaluate(`{
      const main = document.getElementById('content');
      const text = main.appendChild(document.createElement('p'));
      text.textContent = 'hardly to be read';
      text.style.color = 'rgb(170 175 170)';
      main.appendChild(document.createElement('button'));
      document.querySelector('td > div').innerHTML = '<nobr>' + 'too long '.repeat(40) + '</nobr>';
    }`);

    expect(await open.page.evaluate(POOR_CONTRAST)).toEqual([expect.stringContaining('hardly to be read')]);
    expect(await open.page.evaluate(NAMELESS)).toHaveLength(2);
    expect(await open.page.evaluate(OVERFLOWING)).toContainEqual(expect.stringContaining('too long'));
  });

  test('a link of the navigation is followed by keyboard, and the page takes the focus', async () => {
    await using open = await openPage(browser(), createSampleDesk());
    await open.go('overview');

    await open.page.getByRole('link', { name: 'Queues', exact: true }).focus();
    await open.page.keyboard.press('Enter');
    await open.page.getByRole('heading', { level: 1, name: 'Queues' }).waitFor();

    await open.page.locator('main:focus').waitFor();
    await expect.poll(() => open.page.title()).toBe('Queues · shop');
  });

  test('the first press of Tab offers to skip the navigation', async () => {
    await using open = await openPage(browser(), createSampleDesk());
    await open.go('overview');

    await open.page.keyboard.press('Tab');
    await open.page.keyboard.press('Enter');

    await open.page.locator('main:focus').waitFor();
  });

  test('a dialog keeps the focus, closes on Escape and gives the focus back', async () => {
    await using open = await openPage(browser(), createSampleDesk());
    await open.go('schedules');
    const opener = open.page.getByRole('button', { name: 'Add a schedule…' });

    await opener.focus();
    await open.page.keyboard.press('Enter');
    await open.page.getByRole('dialog').waitFor();
    const inside = await open.page.evaluate(
      "document.querySelector('dialog').contains(document.activeElement)",
    );
    await open.page.keyboard.press('Escape');
    await open.page.getByRole('dialog').waitFor({ state: 'detached' });

    expect(inside).toBe(true);
    expect(await opener.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
  });

  test('an action that was begun by keyboard leaves the focus where it was', async () => {
    await using open = await openPage(browser(), createSampleDesk());
    const { page, told } = open;
    await open.go('schedules');
    // Slow enough that the page shows that it is at work.
    await page.route('**/api/schedules/*/*', async (route) => {
      await page.evaluate(FOLLOWED);
      await route.continue();
    });

    await page.getByRole('button', { name: 'Pause nightly-report' }).focus();
    await page.keyboard.press('Enter');
    await told('nightly-report is paused.');
    await page.locator('[aria-label="Resume nightly-report"]:not([aria-disabled=true])').waitFor();
    await page.keyboard.press('Enter');
    await told('nightly-report fires again.');

    expect(await page.evaluate('document.activeElement.ariaLabel')).toMatch(/nightly-report$/);
  });

  test('the choice of colours holds after a reload, whatever the system says', async () => {
    await using open = await openPage(browser(), createSampleDesk(), { colorScheme: 'light' });
    await open.go('overview');
    const ground = () => open.page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    const light = await ground();

    await open.page.getByText('Dark', { exact: true }).click();
    const dark = await ground();
    await open.page.reload();
    await open.page.getByRole('heading', { level: 1 }).waitFor();

    expect(dark).not.toBe(light);
    expect(await ground()).toBe(dark);
  });

  test('a desk that answers no more is said, the last data stay, and a later answer clears it', async () => {
    await using open = await openPage(browser(), createSampleDesk());
    await open.go('queues');
    const row = open.page.getByRole('link', { name: 'payments', exact: true }).first();
    await row.waitFor();

    // Until the button is pressed: the page asks by itself, too, and an answer takes the button away.
    await open.page.evaluate("addEventListener('click', () => { window.isPressed = true; }, true)");
    await open.page.route('**/api/**', async (route) => {
      const isPressed = await open.page.evaluate('window.isPressed === true');
      await (isPressed ? route.continue() : route.abort());
    });
    await open.page.getByText('Not up to date').waitFor();
    const kept = await row.isVisible();
    await open.page.getByRole('button', { name: 'Try again' }).click();
    await open.page.getByText('Not up to date').waitFor({ state: 'detached' });
    // None is under way when the page closes.
    await open.page.unrouteAll({ behavior: 'wait' });

    expect(kept).toBe(true);
  });

  test('a session that has ended is said, and Log in asks the server for its form', async () => {
    await using open = await openPage(browser(), createSampleDesk());
    await open.go('overview');
    const refused = { code: 'UNAUTHORIZED', message: 'log in with the token' };
    let isAsked = false;
    await open.page.route('**/api/**', (route) =>
      isAsked ? route.continue() : route.fulfill({ status: 401, json: refused }),
    );
    await open.page.reload();
    await open.page.getByRole('heading', { level: 1, name: 'Signed out' }).waitFor();

    // From then on: the page asks by itself, too, and an answer takes the button away.
    open.page.on('request', (request) => {
      isAsked ||= request.isNavigationRequest();
    });
    await open.page.getByRole('button', { name: 'Log in' }).click();

    await open.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  });

  test('an app that keeps no runs says so instead of showing none', async () => {
    await using open = await openPage(browser(), createSampleDesk({ keepsRuns: false }));

    await open.go('runs');

    await open.page.getByText('No task of this app keeps records').waitFor();
  });

  test('a desk that is read only offers no action', async () => {
    await using open = await openPage(browser(), createSampleDesk({ readOnly: true }));
    await open.go('overview');
    await open.page.getByText('read only').waitFor();
    const offered: string[] = [];

    for (const place of PLACES.filter((name) => name !== 'overview')) {
      await open.go(place);
      await open.page.locator('main').locator('table, .facts, .tree').first().waitFor();
      offered.push(...(await open.page.locator('main').getByRole('button').allInnerTexts()));
    }

    const harmless = /^(Why\?|Copy|Show|Look at messages|Show more of .*|Newer|.*→|←.*)$/;
    expect(offered.filter((words) => !harmless.test(words))).toEqual([]);
  });

  test('the heap stays below 60 MB while 100,000 runs are paged and searched', async () => {
    await using open = await openPage(browser(), createSampleDesk({ runs: 100_000 }));
    const session = await open.page.context().newCDPSession(open.page);
    await open.go('runs');

    for (let page = 2; page <= 12; page++) {
      await open.page.getByRole('button', { name: 'Older' }).click();
      await open.page.getByText(`Page ${page}`).waitFor();
    }
    await open.page.getByLabel('Search').fill('o-99999');
    await open.page.locator('main tbody tr').nth(1).waitFor({ state: 'detached' });
    await open.page.locator('main tbody tr').waitFor();
    const { usedSize } = await session.send('Runtime.getHeapUsage');

    console.log(`heap with 100,000 runs: ${(usedSize / 2 ** 20).toFixed(1)} MiB`);
    expect(usedSize).toBeLessThan(60_000_000);
  });
}
