/**
 * The emulated CloudFormation: the API over the same stacks that a load of a synthesized app makes. What it
 * is asked to do is done when it answers; the statuses on the way stand in the events, in AWS's order.
 */
import { toCall } from '../operations.ts';
import type { Service } from '../service.ts';
import { changeSetOperations } from './stacks/change-set-operations.ts';
import { driftOperations } from './stacks/drift-operations.ts';
import { readOperations } from './stacks/read-operations.ts';
import { stackOperations } from './stacks/stack-operations.ts';
import type { CloudformationOptions } from './stacks/worker.ts';

export type { CloudformationOptions } from './stacks/worker.ts';

/** Makes an emulated CloudFormation over a book of stacks. */
export function createCloudformation(options: CloudformationOptions): Service {
  return {
    call: toCall('cloudformation', {
      ...stackOperations(options),
      ...changeSetOperations(options),
      ...readOperations(options),
      ...driftOperations(options),
    }),
  };
}
