/** The members of a group in a workflow's tree, which are found page by page while they change. */
import type { Browser } from 'playwright-core';
import { expect, test } from 'vitest';
import type { WorkflowNode } from '../../../lib/dashboard/row.ts';
import { DRAWN, POLL } from './held.ts';
import { openPage } from './opened.ts';
import { createSampleDesk } from './sample-desk.ts';

const BUSY = { timeout: 60_000 };

export function testMembers(browser: () => Browser): void {
  test('members of a group that were shown later change their state as the first ones do', async () => {
    let isOver = false;
    const member = (n: number): WorkflowNode => {
      const state = isOver ? 'SUCCESS' : 'PENDING';
      return { path: `${n}`, kind: 'task', id: `member-${n}`, state, task: 'price', children: [] };
    };
    await using open = await openPage(browser(), {
      ...createSampleDesk(),
      workflow: async (id, { after = -1 } = {}) => ({
        ...{ path: '', kind: 'group', id, state: 'STARTED', total: 3, done: isOver ? 3 : 0 },
        children: [member(after + 1)],
      }),
    });
    await open.go('workflows/flow-0');

    await open.page.getByRole('button', { name: 'Show more of 2 others' }).click();
    await open.page.getByRole('button', { name: 'Show more of 1 others' }).click();
    await open.page.locator('.leaf', { hasText: 'PENDING' }).nth(2).waitFor();
    isOver = true;
    await open.page.evaluate(POLL);

    await open.page.locator('.leaf', { hasText: 'SUCCESS' }).nth(2).waitFor();
  });

  test('members of a group are shown though the tree changes faster than they are found', async () => {
    const late: (() => void)[] = [];
    let done = 0;
    const member = (n: number): WorkflowNode => {
      return { path: `${n}`, kind: 'task', id: `member-${n}`, state: 'PENDING', task: 'price', children: [] };
    };
    await using open = await openPage(browser(), {
      ...createSampleDesk(),
      async workflow(id, { after = -1 } = {}) {
        if (after >= 0) await new Promise<void>((resolve) => late.push(resolve));
        else done += 1;
        const tree = { path: '', kind: 'group' as const, id, state: 'STARTED' as const, total: 1_000, done };
        return { ...tree, children: [member(after + 1)] };
      },
    });
    await open.go('workflows/flow-0');
    const { page } = open;
    const drawn = async () => Number.parseInt(await page.locator('.progress').first().innerText(), 10);
    await page.getByRole('button', { name: 'Show more of 999 others' }).click();
    await expect.poll(() => late.length, BUSY).toBe(1);
    const before = done;
    await page.evaluate(POLL);
    await expect.poll(drawn, BUSY).toBeGreaterThan(before);
    // Its members are asked for once more, which the browser may hold back until the first answer is there.
    await page.evaluate(DRAWN);

    late[0]?.();

    await page.locator('.leaf').nth(1).waitFor();
    for (const release of late) release();
  });
}
