/**
 * The names of an app's AWS resources: anyone who knows app and stage can build them, so no map of names is
 * deployed.
 */

/** `<app>-<stage>-<name>`, with `.fifo` where SQS wants it. */
export function queueName(
  app: string,
  stage: string,
  queue: { readonly name: string; readonly ordered: boolean },
): string {
  return `${app}-${stage}-${queue.name}${queue.ordered ? '.fifo' : ''}`;
}

/** The dead-letter queue beside a queue. */
export function deadLetterQueueName(
  app: string,
  stage: string,
  queue: { readonly name: string; readonly ordered: boolean },
): string {
  return `${app}-${stage}-${queue.name}-dlq${queue.ordered ? '.fifo' : ''}`;
}

/** The table of runs. */
export function runsTableName(app: string, stage: string): string {
  return `${app}-${stage}-runs`;
}
