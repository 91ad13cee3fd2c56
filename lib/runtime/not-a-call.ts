/** What a sender takes, told to callers without types: the task itself, without its call, is an easy slip. */
import type { Signature } from '../define/signature.ts';
import { SendError } from '../errors.ts';

/** @throws SendError NOT_A_CALL for what is of none of these kinds; `text` says what is. */
export function refuseOther(given: unknown, kinds: readonly Signature['kind'][], text: string): void {
  const kind: unknown = Object(given).kind;
  if (kinds.some((each) => each === kind)) return;
  const what = kind === 'task' ? 'a task itself' : String(kind ?? typeof given);
  throw new SendError('NOT_A_CALL', `${text}; this is ${what}`, { value: given });
}
