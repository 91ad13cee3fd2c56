/** Inputs of workflows' tasks that no page of a plan holds: they go to the app's bucket, if it has one. */
import { expect, test } from 'vitest';
import { type Context, chain, defineApp, defineQueue, defineTask, group, link, map } from '#lib';
import { simulate } from '#lib/testing';

const LARGE = 'x'.repeat(500_000);

interface Page {
  readonly who: string;
  readonly text: string;
}

function createWorld() {
  const seen: string[] = [];
  const large = { largePayloads: 's3' } as const;
  const run = ({ who, text }: Page, { id }: Context): number => {
    seen.push(`${who} ${id}`);
    return text.length;
  };
  const by = ({ who }: Page): string => who;
  const plain = defineTask('plain', { queue: defineQueue('plain', large), run });
  const laid = defineTask('laid', { queue: defineQueue('laid', { ...large, ordered: by }), run });
  const fair = defineTask('fair', { queue: defineQueue('fair', { ...large, fairBy: by }), run });
  const size = defineTask('size', { queue: plain.queue, run: (text: string) => text.length });
  const sum = defineTask('sum', { run: (list: readonly number[]) => list.reduce((all, n) => all + n, 0) });
  const note = defineTask('note', { run: (page: Page) => page.text.length });
  const sends: { readonly queue: string; readonly group: string | undefined }[] = [];
  const sim = simulate(defineApp('large', { tasks: [plain, laid, fair, size, sum, note] }), {
    async onCall({ operation, input }, proceed) {
      if (operation === 'SendMessageBatch') {
        // As SQS takes it.
        const { QueueUrl, Entries } = input as {
          QueueUrl: string;
          Entries: readonly { MessageBody: string; MessageGroupId?: string }[];
        };
        for (const { MessageGroupId, MessageBody } of Entries) {
          expect(MessageBody.length).toBeLessThan(2_000);
          sends.push({ queue: QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1), group: MessageGroupId });
        }
      }
      return proceed();
    },
  });
  return { sim, seen, sends, plain, laid, fair, size, sum, note };
}

test('large inputs of members, steps and links lie in the bucket, and their runs get them', async () => {
  const { sim, seen, sends, plain, laid, fair, sum } = createWorld();
  const page = (who: string): Page => ({ who, text: LARGE });
  const members = group([
    plain(page('ann')),
    link(laid(page('ben')), plain(page('cid'))),
    fair(page('dan')),
    plain({ who: 'eve', text: 'short' }),
  ]);

  const result = await sim.send(chain(members, sum));
  await sim.advance('1m');

  expect(await result.get()).toBe(3 * LARGE.length + 5);
  expect(seen.map((one) => one.slice(0, 3)).sort()).toEqual(['ann', 'ben', 'cid', 'dan', 'eve']);
  // Whose turn it is was made of the input, which who starts the task does not read.
  expect(sends.find(({ queue }) => queue === 'large-dev-laid.fifo')?.group).toBe('ben');
  expect(sends.find(({ queue }) => queue === 'large-dev-fair')?.group).toBe('dan');
});

test('a list that a task is mapped over may be large', async () => {
  const { sim, size } = createWorld();

  const result = await sim.send(map(size, [LARGE, 'short', LARGE]));

  expect(await result.get()).toEqual([LARGE.length, 5, LARGE.length]);
});

test('another workflow under the same id changes nothing of what the first one has', async () => {
  const { sim, plain, sum } = createWorld();
  const id = sim.newId();
  const of = (text: string) => chain(group([plain({ who: 'ann', text })]), sum);

  const first = await sim.send(of(LARGE), { id });
  await sim.send(of(`${LARGE}${LARGE}`), { id });

  expect(await first.get()).toBe(LARGE.length);
});

test('a queue that takes no large payloads refuses a large input, and says what would', async () => {
  const { sim, note, plain } = createWorld();
  const page = { who: 'ann', text: LARGE };

  const sending = sim.send(group([note(page), plain(page)]));

  await expect(sending).rejects.toMatchObject({
    code: 'PLAN_TOO_LARGE',
    message: expect.stringContaining("largePayloads: 's3'"),
  });
});
