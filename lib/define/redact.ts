/** What of a task's runs is not shown. */
import type { Redact } from '../core/redact.ts';

export interface RedactOptions {
  /**
   * Secrets that the dashboard, its API and worker's log lines do not show: `true` for the whole input and
   * result, or paths of members ('card.number', 'rows.*.token'). Their values are hidden in errors, too. What
   * travels and is kept is not changed: a run could not be made without it. @default nothing
   */
  readonly redact?: Redact;
}
