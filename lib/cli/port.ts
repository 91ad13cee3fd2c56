/** The ports of the commands that listen. */
import { invalid } from './failure.ts';

const PORT_MAX = 65_535;

/** Reads the port that an option gives; throws one readable line when it is none. */
export function parsePort(text: string, option = '--port'): number {
  const port = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (port <= PORT_MAX) return port;
  throw invalid(option, text, `a whole number from 0 to ${PORT_MAX}`);
}
