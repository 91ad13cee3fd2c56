/** What publishes in the worker of an app that has nothing to publish to. */
import type { Sender } from '../define/client.ts';
import { SendError } from '../errors.ts';

const refuse = async (): Promise<never> => {
  const text = 'this worker was bundled for an app without exchanges, consumers and queues of its own';
  throw new SendError('NOTHING_TO_PUBLISH_TO', `${text}; add what is published to to defineApp, and deploy`);
};

export const NO_PUBLISHER: Pick<Sender, 'publish' | 'publishMany'> = Object.freeze({
  publish: refuse,
  publishMany: refuse,
});
