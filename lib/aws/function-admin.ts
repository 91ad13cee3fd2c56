/** The port FunctionAdmin over Lambda's event source mappings. */
import type { FunctionAdmin } from '../runtime/desk-ports.ts';
import type { Call } from './call.ts';
import { arnOf, type Place } from './place.ts';

/** A queue has one mapping of ours, and whatever its owner has added. */
const MAPPINGS_MAX = 100;

export function createFunctionAdmin(call: Call, place: () => Promise<Place>): FunctionAdmin {
  return {
    async mappings(queueName) {
      const { EventSourceMappings = [] } = await call('lambda', 'ListEventSourceMappings', {
        EventSourceArn: arnOf(await place(), 'sqs', queueName),
        MaxItems: MAPPINGS_MAX,
      });
      return EventSourceMappings.map(({ UUID = '', FunctionArn = '', State, ScalingConfig }) => ({
        id: UUID,
        // arn:aws:lambda:<region>:<account>:function:<name>[:<version>]
        functionName: FunctionArn.split(':')[6] ?? '',
        // 'Disabling', 'Disabled'; what is being created or updated delivers, or soon will.
        enabled: State?.startsWith('Disabl') !== true,
        ...(ScalingConfig?.MaximumConcurrency === undefined
          ? {}
          : { concurrency: ScalingConfig.MaximumConcurrency }),
      }));
    },
    async enable(mappingId, enabled) {
      await call('lambda', 'UpdateEventSourceMapping', { UUID: mappingId, Enabled: enabled });
    },
  };
}
