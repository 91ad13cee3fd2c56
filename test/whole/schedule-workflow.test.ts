/** Workflows that schedules send, through everything: the bundle of `later`, its role, and the wire. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { expect, test } from 'vitest';
import { Broker } from '#infra';
import { createEmulator } from '#lib/emulator';
import { fireId } from '../../lib/core/schedule/fire.ts';
import { runIdOf } from '../../lib/core/workflow/path.ts';
import { app, RAN } from './chords/app.ts';
import { advancePatiently } from './patience.ts';

const MINUTE = 60_000;
const SPACE = { app: 'chords', stage: 'dev' };

/** The id of a part's run in the workflow of a fire, and what it makes. */
const part = (schedule: string, time: string, path: string, made: number): string =>
  `${runIdOf(SPACE, fireId(SPACE, schedule, Date.parse(`2026-06-01T${time}Z`)), path)} ${made}`;

const chordAt = (time: string): readonly string[] => [
  part('native', time, '0.0', 2),
  part('native', time, '0.1', 4),
  part('native', time, '1', 6),
];

test('bundled functions begin a workflow for each fire, under its id, and carry it to its end', async () => {
  const ran: string[] = [];
  const wrong: string[] = [];
  await using emulator = createEmulator({
    ...{ clock: { virtual: '2026-06-01T00:00:00Z' }, seed: 1 },
    log(line) {
      if (line.includes(RAN)) ran.push(line.slice(line.indexOf(RAN) + RAN.length).trim());
      else if (/"level":"(warn|error)"/.test(line)) wrong.push(line);
    },
  });
  await emulator.load(synthesized());

  await advancePatiently(emulator, 13 * MINUTE);

  expect(wrong).toEqual([]);
  expect(ran.toSorted()).toEqual(
    [
      ...[part('ticked', '00:04:07', '0', 10), part('ticked', '00:04:07', '1', 20)],
      ...[...chordAt('00:05:00'), ...chordAt('00:10:00')],
    ].toSorted(),
  );
});

function synthesized(): string {
  const folder = mkdtempSync(join(tmpdir(), 'celeriac-chords-'));
  const { context } = JSON.parse(readFileSync('cdk.json', 'utf8'));
  const cdk = new App({ outdir: folder, context });
  new Broker(new Stack(cdk, 'Chords'), 'Broker', { app, entry: 'test/whole/chords/worker.ts' });
  cdk.synth();
  return folder;
}
