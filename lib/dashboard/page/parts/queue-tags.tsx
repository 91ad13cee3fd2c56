/** What is unusual about a queue, beside its name. */
import type { QueueRow } from '../../row.ts';
import { Tag } from './state.tsx';

export function QueueTags({ queue }: { readonly queue: QueueRow }) {
  return (
    <>
      {queue.paused && <Tag tone="warn">paused</Tag>} {queue.ordered && <Tag>ordered</Tag>}
    </>
  );
}
