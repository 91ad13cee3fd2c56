/** What a desk says of a result that does not come in time. */
import { expect, test } from 'vitest';
import { defineApp, defineTask } from '#lib';
import { createDeskWorld } from './desk-world.ts';

const rest = defineTask('rest', {
  async run(_input, { sleep }) {
    await sleep('10s');
  },
});
const app = defineApp('shop', { tasks: [rest] });

test('the time that was asked for is said, and not what was left of it', async () => {
  await using world = await createDeskWorld(app);
  const { id } = await world.sim.send(rest());
  await world.sim.advance('1s');

  const result = world.desk.result(id, 6_000);

  const message = `run '${id}' of task 'rest' has no result after '6s'; it goes on, ask again`;
  await expect(result).rejects.toMatchObject({ code: 'RESULT_TIMEOUT', message, value: '6s' });
});
