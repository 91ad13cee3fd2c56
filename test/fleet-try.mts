import { FLEET_FAULTS, mostAtOnce, mostStarts, startFleet } from './simulation/fleet.ts';
const which = process.argv[2];
for (const seed of [1,2,3]) for (const faults of [{}, FLEET_FAULTS]) {
  if (which !== 'conc') for (const [rateLimit, windowMs, n] of [['100/m',60000,100],['10/s',1000,10],['5/m',60000,5]] as const) {
    const f = await startFleet({ seed, tasks: n*12, rateLimit, tookMs: 200, faults });
    const t0 = f.sim.now().getTime();
    await f.sim.advance(`${windowMs*10}ms`);
    const span = windowMs*10;
    const used = f.runs.length / (n*10);
    await f.sim.advance('2h');
    console.log(seed, rateLimit, Object.keys(faults).length>0, 'most', mostStarts(f.runs, windowMs), 'used', used.toFixed(3), 'left', f.left(), 'dead', f.dead(), 'ended', f.ended.size, 'of', n*12);
    await f.sim.close();
  }
  if (which !== 'rate') for (const [concurrency, tookMs, tasks] of [[5, 4000, 300],[3, 10000, 60],[10,1500,600]] as const) {
    const f = await startFleet({ seed, tasks, concurrency, tookMs, faults });
    const t0 = f.sim.now().getTime();
    const ideal = tasks*tookMs/concurrency;
    const span = ideal*0.8;
    await f.sim.advance(`${span}ms`);
    const end=t0+span;
    const busy = f.runs.reduce((s,r)=>s+Math.min(r.to,end)-r.from,0);
    await f.sim.advance('2h');
    console.log(seed, 'conc', concurrency, tookMs, Object.keys(faults).length>0, 'most', mostAtOnce(f.runs), 'used', (busy/(span*concurrency)).toFixed(3), 'left', f.left(), 'dead', f.dead(), 'ended', f.ended.size, 'of', tasks);
    await f.sim.close();
  }
}
