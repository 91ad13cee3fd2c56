/** The ports of messaging for an app, as far as it needs them. */
import type { App } from '../define/app.ts';
import type { ExchangeResources } from '../define/exchange-topology.ts';
import { blobsBucketName, queueName } from '../define/resource-name.ts';
import type { Ports } from '../runtime/ports.ts';
import { createBlobs } from './blobs.ts';
import { createBuses } from './buses.ts';
import type { Call } from './call.ts';
import { createDepths } from './depths.ts';
import { createPlace } from './place.ts';
import { createQueueUrls, rethrow } from './queues.ts';
import { createTopics } from './topics.ts';

/** Set by the bundler to `false` where an app has no use for them; asked where they stand, as in serve.ts. */
declare const CELERIAC_TOPICS: boolean | undefined;
declare const CELERIAC_BUS: boolean | undefined;
declare const CELERIAC_BLOBS: boolean | undefined;
declare const CELERIAC_DEPTHS: boolean | undefined;

/** What an app needs besides queues. */
export interface MessagingNeeds {
  readonly topics: boolean;
  readonly bus: boolean;
  readonly blobs: boolean;
  readonly depths: boolean;
}

/** The needs of an app with these exchanges. */
export function messagingNeeds(app: App, exchanges: ExchangeResources): MessagingNeeds {
  return {
    topics: exchanges.topics.length > 0,
    bus: exchanges.busName !== undefined,
    blobs: app.queues.some((queue) => queue.largePayloads !== undefined),
    depths: app.queues.some((queue) => queue.maxLength !== undefined),
  };
}

/** The ports; nothing is called before one is used. */
export function createMessaging(
  { call, region }: { readonly call: Call; readonly region: () => Promise<string> },
  { app, stage }: { readonly app: App; readonly stage: string },
  needs: MessagingNeeds,
): Pick<Ports, 'topics' | 'buses' | 'blobs' | 'depths'> {
  const url = createQueueUrls((service, operation, input) => call(service, operation, input).catch(rethrow));
  const [first = { name: '', ordered: false }] = app.queues;
  const place = createPlace(url, region, queueName(app.name, stage, first));
  const bucket = async (): Promise<string> => {
    const { account, region: name } = await place();
    return blobsBucketName(app.name, stage, account, name);
  };
  return {
    topics:
      (typeof CELERIAC_TOPICS === 'undefined' || CELERIAC_TOPICS) && needs.topics
        ? createTopics(call, place)
        : undefined,
    buses:
      (typeof CELERIAC_BUS === 'undefined' || CELERIAC_BUS) && needs.bus
        ? createBuses(call, place)
        : undefined,
    blobs:
      (typeof CELERIAC_BLOBS === 'undefined' || CELERIAC_BLOBS) && needs.blobs
        ? createBlobs(call, bucket)
        : undefined,
    depths:
      (typeof CELERIAC_DEPTHS === 'undefined' || CELERIAC_DEPTHS) && needs.depths
        ? createDepths(call, url)
        : undefined,
  };
}
