/** The code of docs/celery.md, compiled here; code.test.ts holds the two together, and runs it. */
import { type Client, chain, chord, defineApp, defineTask, exponential, group } from '#lib';

// region define
// @app.task(autoretry_for=(ConnectionError,), max_retries=3, retry_backoff=2, rate_limit='100/m')
const fetchPage = defineTask('fetchPage', {
  retry: { attempts: 4, only: ['ConnectionError'], backoff: exponential('2s', { jitter: true }) },
  rateLimit: '100/m',
  run: ({ url }: { url: string }, { attempt, log }) => {
    log.info('fetching', { url, attempt });
    return url.length;
  },
});
// @app.task(base=QueueOnce, once={'graceful': True})
const sum = defineTask('sum', {
  once: { taken: 'return' },
  run: (sizes: number[]) => sizes.reduce((total, size) => total + size, 0),
});
const say = defineTask('say', { run: (total: number) => `${total} characters` });

export const crawler = defineApp('crawler', { tasks: [fetchPage, sum, say] });
// endregion

/** What a program of Celery does with its tasks. */
export async function use(client: Client): Promise<unknown[]> {
  // region use
  const one = await client.send(fetchPage({ url: 'https://a.example' })); // fetch.delay('https://a.example')
  const later = await client.send(fetchPage({ url: 'https://b.example' }, { delay: '10m', expires: '1h' }));
  await later.revoke(); // later.revoke()
  const size = await one.get({ timeout: '10s' }); // one.get(timeout=10)

  const pages = ['https://a.example', 'https://b.example'].map((url) => fetchPage({ url }));
  const total = await client.send(chord(pages, sum)); // chord(pages)(sum.s())
  const said = await client.send(chain(group(pages), sum, say)); // (group(pages) | sum.s() | say.s())()
  const all = await client.send(group(pages)); // group(pages)()
  const sizes = await all.join({ timeout: '1m' }); // all.join(timeout=60)
  // endregion
  return [size, await total.get(), await said.get(), sizes, await later.state()];
}
