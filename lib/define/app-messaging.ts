/** What is wrong between the exchanges, bindings, consumers and queues of an app. */
import type { Problem } from '../errors.ts';
import type { App } from './app.ts';

/** The problems that show only where definitions meet. */
export function messagesProblems(_app: App): Problem[] {
  return [];
}
