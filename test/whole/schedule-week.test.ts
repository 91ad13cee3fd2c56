/**
 * The 200 schedules through everything: synthesized, loaded, bundled functions in threads, the wire, and the
 * emulator's virtual time. A stretch of the night on which the clocks of Europe go forward;
 * CELERIAC_WEEK_HOURS=168 runs the whole week, in some minutes.
 */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { expect, test } from 'vitest';
import { Broker } from '#infra';
import { fireTimes } from '#lib';
import { createEmulator } from '#lib/emulator';
import { fireId } from '../../lib/core/schedule/fire.ts';
import { advancePatiently } from './patience.ts';
import { RAN, weekApp } from './week/app.ts';

const HOUR = 3_600_000;
const HOURS = Number(process.env.CELERIAC_WEEK_HOURS ?? 2);
/** One hour before the change. */
const START = Date.parse('2026-03-29T00:00:00Z');
/** The service is up to a minute late, and what it fires has to run. */
const LATE_MS = 2 * 60_000;

test(
  'bundled functions fire 200 schedules exactly, each fire once, over a change of clocks',
  async () => {
    const app = weekApp();
    const ran: string[] = [];
    const wrong: string[] = [];
    await using emulator = createEmulator({
      ...{ clock: { virtual: START }, seed: 1 },
      log(line) {
        if (line.includes(RAN)) ran.push(line.slice(line.indexOf(RAN) + RAN.length).trim());
        else if (/"level":"(warn|error)"/.test(line)) wrong.push(line);
      },
    });
    await emulator.load(synthesized());

    for (let hour = 0; hour < HOURS; hour++) await advancePatiently(emulator, HOUR);
    await advancePatiently(emulator, LATE_MS);

    const end = START + HOURS * HOUR;
    const idsUntil = (time: number) =>
      app.schedules.flatMap(({ name, spec }) =>
        fireTimes(spec.trigger, new Date(START), new Date(time)).map((at) =>
          fireId({ app: 'week', stage: 'dev' }, name, at.getTime()),
        ),
      );
    const [due, allowed] = [idsUntil(end), new Set(idsUntil(end + LATE_MS))];
    expect(due.length).toBeGreaterThan(15 * HOURS);
    expect(ran.length).toBe(new Set(ran).size);
    expect(due.filter((id) => !ran.includes(id))).toEqual([]);
    expect(ran.filter((id) => !allowed.has(id))).toEqual([]);
    expect(wrong).toEqual([]);
  },
  300_000 + HOURS * 30_000,
);

function synthesized(): string {
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-week-'));
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));
  const cdk = new App({ outdir: folder, context });
  new Broker(new Stack(cdk, 'Week'), 'Broker', { app: weekApp(), entry: 'test/whole/week/worker.ts' });
  cdk.synth();
  return folder;
}
