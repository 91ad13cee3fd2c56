/** Why something does not run: said where it is known, asked for where it is not. */
import { useState } from 'preact/hooks';
import type { Waiting } from '../../row.ts';
import { desk } from '../desk.ts';
import { describe } from '../live.ts';
import { toDistance, toTime } from '../text.ts';

const KIND_NAMES: Readonly<Record<Waiting['kind'], string>> = {
  delayed: 'Delayed',
  rate: 'Rate limit',
  concurrency: 'Concurrency limit',
  once: 'One run at a time',
  retry: 'Waits for its retry',
  group: 'Behind its group',
  paused: 'Queue paused',
  'no-worker': 'No worker',
  queued: 'Queued',
  'unknown-task': 'Unknown task',
};

export function WaitingText({ waiting }: { readonly waiting: Waiting }) {
  return (
    <p class="waiting">
      <span class="badge tone-warn">{KIND_NAMES[waiting.kind]}</span> {waiting.sentence}
      {waiting.until !== undefined && (
        <span class="dim">
          {' '}
          until <time dateTime={new Date(waiting.until).toISOString()}>{toTime(waiting.until)}</time> (
          {waiting.until > Date.now() ? toDistance(waiting.until) : 'due now'})
        </span>
      )}
    </p>
  );
}

/** A button that asks the API. */
export function WhyWaiting({ id, task }: { readonly id: string; readonly task: string }) {
  const [answer, setAnswer] = useState<Waiting | string>();
  const ask = async () => {
    setAnswer(await desk.waiting(id).then((waiting) => waiting ?? 'It waits no more.', describe));
  };
  return (
    <span class={answer === undefined ? 'why' : 'why said'} aria-live="polite">
      {answer === undefined && (
        <button type="button" class="quiet" aria-label={`Why is ${task} ${id} waiting?`} onClick={ask}>
          Why?
        </button>
      )}
      {typeof answer === 'string' && answer}
      {typeof answer === 'object' && <WaitingText waiting={answer} />}
    </span>
  );
}
