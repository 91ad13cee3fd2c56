/** Ports whose callers are not busy while they wait for an answer. */
import type { Clock } from '../runtime/ports.ts';

type Method = (...given: never[]) => Promise<unknown>;

/**
 * A port for several runs of one process. Its adapter asks only once where the queues are, for whichever run
 * comes first; should that call be slow, the runs after it wait for what another one sleeps for.
 */
export function passive<Port extends object>(clock: Pick<Clock, 'waiting'>, port: Port): Port {
  const methods = Object.entries(port).map(([name, method]: [string, Method]) => [
    name,
    (...given: never[]) => clock.waiting(method.apply(port, given)),
  ]);
  // Every method under its own name, with what it takes and resolves to.
  return Object.fromEntries(methods) as Port;
}

/** The same for each of several ports, as far as they are there. */
export function passiveAll<Ports extends object>(clock: Pick<Clock, 'waiting'>, ports: Ports): Ports {
  const all = Object.entries(ports).map(([name, port]: [string, object | undefined]) => [
    name,
    port && passive(clock, port),
  ]);
  // As above.
  return Object.fromEntries(all) as Ports;
}
