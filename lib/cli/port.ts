/** The `--port` of the commands that listen. */
import { invalid } from './failure.ts';

const PORT_MAX = 65_535;

/** Reads a port; throws one readable line when it is none. */
export function parsePort(text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (port <= PORT_MAX) return port;
  throw invalid('--port', text, `a whole number from 0 to ${PORT_MAX}`);
}
