/** CloudWatch's embedded metric format: what a log line needs so that its numbers become metrics. */

const METRICS = {
  onStart: [['Waited', 'Milliseconds', 'waitedMs']],
  onSuccess: [
    ['Succeeded', 'Count', undefined],
    ['Took', 'Milliseconds', 'tookMs'],
  ],
  onRetry: [['Retried', 'Count', undefined]],
  onFailure: [['Failed', 'Count', undefined]],
  onRevoke: [['Revoked', 'Count', undefined]],
} as const;

/** What CloudWatch reads of an event; undefined where it makes no metric. */
export function emfOf(
  namespace: string,
  name: string,
  event: { readonly task: string; readonly queue: string; readonly at: Date },
): Readonly<Record<string, unknown>> | undefined {
  if (!(name in METRICS)) return undefined;
  // `in` has just asked.
  const metrics = METRICS[name as keyof typeof METRICS];
  // The events of these names have the members that the table names; a missing one counts as one.
  const numbers = event as unknown as Readonly<Record<string, unknown>>;
  return {
    _aws: {
      Timestamp: event.at.getTime(),
      CloudWatchMetrics: [
        {
          Namespace: namespace,
          Dimensions: [['Task', 'Queue']],
          Metrics: metrics.map(([Name, Unit]) => ({ Name, Unit })),
        },
      ],
    },
    Task: event.task,
    Queue: event.queue,
    ...Object.fromEntries(
      metrics.map(([Name, , member]) => [Name, member === undefined ? 1 : Number(numbers[member] ?? 0)]),
    ),
  };
}
