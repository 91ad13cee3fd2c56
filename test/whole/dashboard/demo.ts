/** The running demo with a page in a browser: what the tests of it act with, and what the page has asked. */
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { type Program, startProgram } from '../program.ts';
import { FOLLOWED } from './opened.ts';
import { listenToTold } from './told.ts';

const ROOT = join(import.meta.dirname, '../../..');
const BIN = join(ROOT, 'bin/celeriac.js');

export interface Demo extends AsyncDisposable {
  readonly page: Page;
  /** The emulator's. */
  readonly endpoint: string;
  /** 'POST api/runs/…/retry', as the page has asked them, with ids and names as they were. */
  readonly asked: ReadonlySet<string>;
  go(place: string): Promise<void>;
  button(name: string | RegExp): ReturnType<Page['getByRole']>;
  /** The button of the dialog that is open. */
  confirm(name: string): Promise<void>;
  told(text: string | RegExp): Promise<void>;
  /** Sends a task as the page does, and gives the run's id; nothing of it is seen in the page. */
  send(task: string, input: object, options?: object): Promise<string>;
  /** Its state; '' while nothing is known of it. */
  stateOf(id: string): Promise<string>;
  /**
   * Does it, and waits until the run that is shown has ended once more: the page says how it ended before
   * until it has asked anew, and a run that is on its way is not to be retried.
   */
  endsAgain(act: () => Promise<void>): Promise<void>;
  /** Why it waits, in one word; '' where it does not. */
  reasonOf(id: string): Promise<string>;
  /** How many runs a search finds. */
  count(search: string): Promise<number>;
  /** A worker beside the functions, for as long as the demo runs. */
  startWorker(queue: string): Promise<void>;
}

/** Starts the demo as its README says, and waits until it serves its dashboard. */
export async function startDemo(browser: Browser): Promise<Demo> {
  const words = ['--import', 'tsx', 'functions/demo.ts', '--dashboard', '--port', '0'];
  const program = startProgram(process.execPath, words, ROOT);
  const workers: Program[] = [];
  const endpoint = find(await program.says(/resources at http:\S+/));
  const url = find(await program.says(/dashboard http:\S+/));
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(90_000);
  const told = await listenToTold(page);
  const asked = new Set<string>();
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/api/')) asked.add(`${request.method()} ${pathname.slice(1)}`);
  });
  const endOf = async (id: string) => {
    const answer = await page.request.get(`${url}/api/runs/${id}`);
    const { endedAt = 0 }: { endedAt?: number } = await answer.json();
    return endedAt;
  };
  const button: Demo['button'] = (name) =>
    page.getByRole('button', { name, ...(typeof name === 'string' ? { exact: true } : {}) });
  return {
    ...{ page, endpoint, asked, button },
    async go(place) {
      await page.goto(`${url}/#/${place}`);
      await page.evaluate(FOLLOWED);
      const [name = ''] = place.split(/[/?]/);
      await page.locator(`nav a[aria-current][href="#/${name}"]`).waitFor({ state: 'attached' });
      await page.getByRole('heading', { level: 1 }).waitFor();
    },
    confirm: (name) => page.getByRole('dialog').getByRole('button', { name, exact: true }).click(),
    told,
    async send(task, input, options = {}) {
      const answer = await page.request.post(`${url}/api/tasks/${task}/send`, {
        headers: { 'x-celeriac': '1' },
        data: { input: JSON.stringify(input), options },
      });
      expect(answer.status()).toBe(200);
      const { id }: { id: string } = await answer.json();
      return id;
    },
    async stateOf(id) {
      const { state = '' }: { state?: string } = await (
        await page.request.get(`${url}/api/runs/${id}`)
      ).json();
      return state;
    },
    async endsAgain(act) {
      const id = page.url().replace(/.*\//, '');
      const before = await endOf(id);
      await act();
      await expect.poll(() => endOf(id), { timeout: 120_000, interval: 250 }).toBeGreaterThan(before);
    },
    async reasonOf(id) {
      const answer = await page.request.get(`${url}/api/waiting/${id}`);
      const { waiting }: { waiting?: { kind: string } } = await answer.json();
      return waiting?.kind ?? '';
    },
    async count(search) {
      const query = new URLSearchParams({ search, limit: '500' });
      const { rows }: { rows: unknown[] } = await (await page.request.get(`${url}/api/runs?${query}`)).json();
      return rows.length;
    },
    async startWorker(queue) {
      const own = ['--endpoint', endpoint, '--queues', queue, '--heartbeat', '1s'];
      workers.push(startProgram(process.execPath, [BIN, 'worker', ...own], ROOT));
    },
    async [Symbol.asyncDispose]() {
      await page.close();
      for (const worker of workers) await worker[Symbol.asyncDispose]();
      await program[Symbol.asyncDispose]();
    },
  };
}

function find(said: string): string {
  return /http:\S+/.exec(said)?.[0].replace(/;$/, '') ?? '';
}
