import { defineApp, defineQueue, defineTask } from '#lib';
import { simulate } from '#lib/testing';
const queue = defineQueue('work', { visibility: '2m' });
const task = defineTask('task', { queue, concurrency: 2, async run(_i: number, { sleep }) { await sleep('4s'); } });
const sim = simulate(defineApp('fleet', { tasks: [task] }), { workers: { work: { concurrency: 20, batch: 5 } }, log: (l) => console.log(sim.now().toISOString().slice(14,23), JSON.stringify(l)) });
await sim.sendMany(Array.from({ length: 6 }, (_, i) => task(i)));
await sim.advance('40s');
console.log(sim.emulator.services.sqs.snapshot().map((q)=>[q.name,q.messages.length]));
await sim.close();
