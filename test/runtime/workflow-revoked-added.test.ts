/** What a member that still runs does to its group after the workflow was revoked. */
import { expect, test } from 'vitest';
import { defineApp, defineTask, group } from '#lib';
import { simulate } from '#lib/testing';

test.each(['addToChord', 'replace'] as const)(
  'nothing begins by %s in a workflow that was revoked',
  async (how) => {
    const ran: string[] = [];
    const more = defineTask('more', { run: () => void ran.push('more') });
    const slow = defineTask('slow', {
      async run(_: { n: number }, context) {
        await context.sleep('10s');
        ran.push('slow');
        if (how === 'replace') await context.replace(more());
        else await context.addToChord(more());
      },
    });
    const quick = defineTask('quick', { run: () => 1 });
    const sim = simulate(defineApp('shop', { tasks: [slow, quick, more] }));
    const sent = await sim.send(group([slow({ n: 1 }), quick()]));
    await sim.advance('5s');

    const outcome = await sent.revoke();
    await sim.advance('1h');

    expect(outcome).toBe('running');
    expect(ran).toEqual(['slow']);
    expect(await sent.state()).toBe('REVOKED');
  },
);
