/**
 * The dashboard's page in a real Chromium over the running demo: every page with what the demo has left
 * there, and every action on real messages, runs, schedules and workers. Cases of one page are in
 * dashboard.test.ts, over a sample; here is one of each. The last test holds that nothing the page can ask
 * was left out.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { desk } from '../../lib/dashboard/page/desk.ts';
import { openBrowser } from './dashboard/browser.ts';
import { type Demo, startDemo } from './dashboard/demo.ts';
import { OVERFLOWING } from './dashboard/looks.ts';

const { browser, missing } = await openBrowser();

describe.skipIf(browser === undefined)(`the demo in Chromium ${missing ?? ''}`, () => {
  let demo: Demo;

  beforeAll(async () => {
    if (browser !== undefined) demo = await startDemo(browser);
    // It synthesizes and publishes before it serves: half a minute, and more beside other tests.
  }, 300_000);

  afterAll(async () => {
    await demo?.[Symbol.asyncDispose]();
    await browser?.close();
  });

  test.each([1280, 390])('every page has data, says no problem, and fits %d pixels', async (width) => {
    const wrong: Record<string, unknown> = {};
    await demo.page.setViewportSize({ width, height: 900 });

    for (const place of PLACES) {
      await demo.go(place);
      await demo.page.locator('main').locator('table, .facts, .chart svg').first().waitFor();
      const wider = Number(await demo.page.evaluate('document.documentElement.scrollWidth - innerWidth'));
      const overflowing = await demo.page.evaluate(OVERFLOWING);
      const alerts = await demo.page.getByRole('alert').allInnerTexts();
      if (wider > 0 || alerts.length > 0 || String(overflowing) !== '')
        wrong[place] = { wider, alerts, overflowing };
    }

    await demo.page.setViewportSize({ width: 1280, height: 900 });
    expect(wrong).toEqual({});
  });

  test('a failing task is found by search, its error read, its input edited, and it succeeds', async () => {
    const { page, go, button, confirm } = demo;
    await go('tasks');
    await button('Send service').click();
    await page.getByLabel('Input (JSON)').fill('{"flight": "SEA-PDX", "what": "painting"}');
    await confirm('Send');
    await page.locator('.facts').getByText('FAILURE').waitFor();

    await go('runs');
    await page.getByLabel('Search').fill('painting for SEA-PDX');
    const found = page.locator('main tbody tr').filter({ hasText: 'painting for SEA-PDX' });
    await found.waitFor();
    await page.locator('main tbody tr').nth(1).waitFor({ state: 'detached' });
    await found.getByRole('link', { name: 'service' }).click();
    await page.getByText('nobody on this apron does painting for SEA-PDX').first().waitFor();
    await page.getByRole('region', { name: 'Stack' }).first().getByText('UnknownServiceError').waitFor();
    await demo.endsAgain(() => button('Retry').click());
    await demo.told('service runs again.');
    await button('Edit and retry…').click();
    await page.getByLabel('Input (JSON)').fill('{"flight": "SEA-PDX", "what": "fuel"}');
    await confirm('Retry');
    await page.locator('.facts').getByText('SUCCESS').waitFor();

    await page.getByRole('region', { name: 'Result' }).getByText('fuel for SEA-PDX').waitFor();
  });

  test('a dead letter is read, previewed, redriven with another input, and runs', async () => {
    const { page, go, button, confirm } = demo;
    const id = await demo.send('service', { flight: 'DEN-SLC', what: 'singing' });

    await go('dead-letters?search=DEN-SLC');
    await button(`History and body of ${id}`).click();
    await page.getByText('nobody on this apron does singing').first().waitFor();
    await button(`Redrive service ${id}`).click();
    await page.getByLabel('With another input').check();
    await page.getByLabel('Input (JSON)').fill('{"flight": "DEN-SLC", "what": "cabin"}');
    await button('Preview').click();
    await page.getByRole('region', { name: 'Preview' }).getByText(`${id} → apron`).waitFor();
    await confirm('Redrive');
    await demo.told('1 dead letter sent again.');
    await go(`runs/${id}`);

    await page.getByRole('region', { name: 'Result' }).getByText('cabin for DEN-SLC').waitFor();
  });

  test('a schedule is added, changed, run, paused and does not fire, resumed, and removed', async () => {
    const { page, go, button, confirm } = demo;
    const of = (flight: string) => demo.count(`result:"fuel for ${flight}"`);
    await go('schedules');
    for (const name of ['PROBE', 'CLOCKWORK']) {
      await button('Add a schedule…').click();
      await page.getByLabel('Name', { exact: true }).fill(name.toLowerCase());
      await page.getByLabel('Trigger').fill('1h');
      await page.getByLabel('Task').selectOption('service');
      await page.getByLabel('Input (JSON)').fill(`{"flight": "${name}", "what": "fuel"}`);
      await confirm('Add');
      await button(`Change ${name.toLowerCase()}`).click();
      await page.getByLabel('Trigger').fill('2s');
      await confirm('Change');
    }
    await expect.poll(() => of('PROBE'), POLL).toBeGreaterThan(1);
    await button('Pause probe').click();
    await button('Resume probe').waitFor();
    // What was on its way may come at any time; a schedule that fires on is never quiet while another fires.
    const isQuiet = async () => {
      const [probe, clockwork] = [await of('PROBE'), await of('CLOCKWORK')];
      await expect.poll(() => of('CLOCKWORK'), POLL).toBeGreaterThan(clockwork + 2);
      return (await of('PROBE')) === probe;
    };
    while (!(await isQuiet()));
    const paused = await of('PROBE');
    await button('Run probe now').click();
    await expect.poll(() => of('PROBE'), POLL).toBe(paused + 1);
    await button('Resume probe').click();
    await expect.poll(() => of('PROBE'), POLL).toBeGreaterThan(paused + 2);
    for (const name of ['probe', 'clockwork']) {
      await button(`Remove ${name}`).click();
      await confirm('Remove');
      await button(`Remove ${name}`).waitFor({ state: 'detached' });
    }
  });

  // The demo itself has sent two that use up the rate.
  test.each([
    ['for its time', () => demo.send('service', FUEL, { delay: '10m' }), /^Delayed/],
    ['for its retry', () => demo.send('forecast', { airport: 'OSL' }), /^Waits for its retry.*about OSL/],
    ['for a rate', () => demo.send('announce', { text: 'welcome' }), /^Rate limit.*4\/h/],
    ['for a place', () => second('deice', { flight: 'x' }, 'concurrency'), /^Concurrency limit/],
    ['for a key', () => second('dock', { flight: 'x', gate: 'A1' }, 'once'), /^One run at a time.*dock/],
  ])('a run that waits %s says so', async (_, act, words) => {
    await demo.go(`runs/${await act()}`);

    await demo.page.locator('main > .waiting').filter({ hasText: words }).waitFor();
  });

  test('the list says why a run waits', async () => {
    await demo.send('forecast', { airport: 'BGO' });
    await demo.go('runs?state=RETRY&task=forecast');
    await demo
      .button(/^Why is forecast/)
      .first()
      .click();

    await demo.page.locator('.why.said').getByText('the weather service does not answer').waitFor();
  });

  test('a paused queue delivers nothing, is looked at, purged, and resumed', async () => {
    const { page, go, button, confirm } = demo;
    await go('queues/archive');
    await button('Pause').click();
    await page.getByText('paused', { exact: true }).waitFor();
    const id = await demo.send('archive', { flights: 3, airports: {} });
    await go(`runs/${id}`);
    await page
      .locator('main > .waiting')
      .filter({ hasText: /^Queue paused/ })
      .waitFor();
    await go('queues/archive');
    await button('Look at messages').click();
    await button(`Body of ${id}`).click();
    await page.getByText('"flights": 3').waitFor();
    await button('Purge…').click();
    await confirm('Purge archive');
    await demo.told('1 message of archive deleted.');
    await button('Resume').click();
    await demo.told('archive is worked again.');
    const next = await demo.send('archive', { flights: 4, airports: {} });
    await go(`runs/${next}`);

    await page.locator('.facts').getByText('SUCCESS').waitFor();
  });

  test('a message is routed, the bindings that it takes are drawn, and it is published', async () => {
    const { page, go, button, confirm } = demo;
    await go('exchanges');
    await page.getByLabel('Routing key').fill('flight.OSL.TRD.late');
    await button('Show').click();
    await page.getByText('departures --flight.*.*.late--> late').waitFor();
    const taken = await page.locator('path.arrow.taken').count();
    await button('Publish…').click();
    const flight = { date: '2001/01/01 06:55', delay: 16, distance: 1, origin: 'OSL', destination: 'TRD' };
    await page.getByLabel('Message (JSON)').fill(JSON.stringify([flight]));
    await confirm('Publish');
    await demo.told(/it goes to 2 takers/);

    await expect.poll(() => demo.count('name:tally AND result:OSL'), POLL).toBe(1);
    expect(taken).toBe(2);
  });

  test('the turnaround that failed is a tree, from which the run that failed is opened', async () => {
    const { page, go } = demo;
    await go('workflows');
    await page.locator('main tbody').getByRole('link', { name: 'workflow' }).first().click();
    const failed = page.locator('.tree .leaf').filter({ hasText: 'FAILURE' });
    await failed.getByRole('link', { name: 'service' }).click();

    await page.getByText('nobody on this apron does catering for LAX-SFO').first().waitFor();
    await page.getByRole('region', { name: 'Workflow' }).locator('.leaf.current').waitFor();
  });

  test('a task is called and has answered', async () => {
    const { page, go, button, confirm } = demo;
    await go('tasks');
    await button('Send service').click();
    await page.getByLabel('Input (JSON)').fill('{"flight": "BOS-JFK", "what": "bags"}');
    await page.getByLabel('Wait for the result').check();
    await confirm('Call');

    await page.getByRole('dialog').getByText('bags for BOS-JFK').waitFor();
  });

  test('a run is aborted, and what is kept of another is forgotten', async () => {
    const { page, go, button, confirm } = demo;
    await go(`runs/${await demo.send('dock', { flight: 'x', gate: 'C3' })}`);
    await page.locator('.facts .badge').getByText('STARTED').waitFor();
    await button('Revoke…').click();
    await page.getByLabel('Also abort it while it runs').check();
    await confirm('Revoke');
    await page.locator('.facts').getByText('REVOKED').waitFor();
    await button('Forget…').click();
    await confirm('Forget');

    await page.getByText('No input is kept').waitFor();
  });

  test('limits are changed', async () => {
    const { page, go, button, confirm } = demo;
    await go('limits');
    await button('Change limits of announce').click();
    await page.getByLabel('Rate').fill('30/h');
    await confirm('Change');

    await page.getByRole('row').filter({ hasText: '30/h' }).getByText('changed at run time').waitFor();
  });

  test('a worker that was started beside the functions is resized and shut down', async () => {
    const { page, go, button, confirm } = demo;
    await demo.startWorker('board');
    await go('workers');
    const row = page.getByRole('region', { name: 'Long-running workers' }).locator('tbody tr');
    await button(/^Resize/).click();
    await page.getByLabel('Slots').fill('17');
    await confirm('Resize');
    await demo.told(/takes 17 at once/);
    // Fewer it may have processed as well.
    await row.getByRole('cell', { name: '17', exact: true }).waitFor();
    await button(/^Shut down/).click();
    await confirm('Shut down');

    await row.getByText('offline').or(page.getByText('No long-running worker')).waitFor();
  });

  // Looks at what the tests before it have asked; alone it finds that nothing was.
  test('everything that the page can ask was asked', async () => {
    const asked = [...demo.asked];

    const left = (await routesOfPage()).filter((route) => !asked.some((path) => route.test(path)));

    expect(left).toEqual([]);
  });

  /** The second of two that exclude each other; sent at once, either could be the one that runs. */
  async function second(task: string, input: object, reason: string): Promise<string> {
    const first = await demo.send(task, input);
    // One of the demo's own may be before it.
    const words = async () => [await demo.stateOf(first), await demo.reasonOf(first)];
    await expect
      .poll(async () => (await words()).some((word) => ['STARTED', reason].includes(word)), POLL)
      .toBe(true);
    return demo.send(task, input);
  }
});

const FUEL = { flight: 'x', what: 'fuel' };
const POLL = { timeout: 120_000, interval: 250 };
const PLACES = [
  ...['overview', 'runs', 'runs?task=service', 'tasks', 'workflows', 'queues', 'queues/apron'],
  ...['dead-letters', 'exchanges', 'schedules', 'workers', 'limits', 'cost'],
];

/** Every route of the page's client, with any name in the place of what it is given. */
async function routesOfPage(): Promise<readonly RegExp[]> {
  const routes: RegExp[] = [];
  vi.stubGlobal('fetch', async (path: string, { method = 'GET' }: RequestInit) => {
    const [plain = ''] = path.split('?');
    routes.push(new RegExp(`^${method} ${plain.replaceAll('ANY', '[^/]+')}$`));
    return Response.json({});
  });
  // Each takes names and texts first; what else it takes goes into a body or a query.
  const calls: readonly ((...given: unknown[]) => unknown)[] = Object.values({ ...desk } as never);
  for (const call of calls) await call('ANY', 'ANY', 'ANY', 'ANY');
  vi.unstubAllGlobals();
  return routes;
}
