/** `celeriac workflows sweep`: ends the workflows whose deadline has passed. */
import { connect } from '../aws/index.ts';
import type { App } from '../define/app.ts';
import type { Answer } from './answer.ts';
import { type PlaceOptions, toPlace } from './place.ts';

/** Fails them, and starts their error links. */
export async function sweepWorkflows(app: App, options: PlaceOptions): Promise<Answer> {
  await using client = connect(app, toPlace(options));
  const swept = await client.sweepWorkflows();
  const text = swept.length === 0 ? 'no workflow is overdue' : `failed as overdue: ${swept.join(', ')}`;
  return { value: { swept }, text };
}
