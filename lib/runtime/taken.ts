import { derivedId, type IdSpace } from '../core/id.ts';
export function takenId(space: IdSpace, messageId: string, task: string): string {
  return derivedId(space, messageId, `task/${task}`);
}
