/** The app in this process, on a clock that only the tests move: no AWS, no emulator, no waiting. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from '#lib/testing';
import { app, signups, welcome } from '../functions/app.ts';

const ada = { name: 'Ada', email: 'ada@example.com' };

test('who is sent a welcome gets one', async () => {
  const sim = simulate(app);
  const result = await sim.send(welcome(ada));

  assert.equal(await result.get(), 'Welcome, Ada');
});

test('who signs up in any country gets one, too', async () => {
  const sim = simulate(app);
  const published = await sim.publish(signups, 'signup.no', ada);

  assert.equal(await sim.result(welcome, published).get(), 'Welcome, Ada');
});

test('every welcome is sent although messages are doubled and workers die', async () => {
  const faults = { duplicate: 0.1, crashBeforeRun: 0.05, crashAfterRun: 0.05, loseAck: 0.05 };
  const sim = simulate(app, { seed: 7, faults });
  const sent = await Promise.all(Array.from({ length: 20 }, () => sim.send(welcome(ada))));
  await sim.advance('1d');

  assert.deepEqual(await Promise.all(sent.map((result) => result.state())), Array(20).fill('SUCCESS'));
});
