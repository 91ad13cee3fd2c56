/** Refuses what needs a table, in an app that has none. */
import { CeleriacError } from '../errors.ts';

export function noState(): never {
  const text =
    'nothing in this app keeps a record, so it has no table; give a task a result, a limit or once';
  throw new CeleriacError('NO_STATE', text);
}
