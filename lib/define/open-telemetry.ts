/**
 * OpenTelemetry, through the API that the app's own SDK has set up and nothing else: `openTelemetry(api)`
 * takes
 * `@opentelemetry/api` as a value, so that it is in no bundle of an app that does not import it itself.
 */
import type { Telemetry, WatchedSend } from './telemetry.ts';

type Attributes = Record<string, string | number>;

/** What is used of a span. */
interface Span {
  spanContext(): unknown;
  recordException(exception: Error): void;
  setStatus(status: { code: number; message?: string }): unknown;
  end(): void;
}

interface Counter {
  add(value: number, attributes?: Attributes): void;
}

interface Histogram {
  record(value: number, attributes?: Attributes): void;
}

/** What is used of `@opentelemetry/api`, which fits: `import * as api from '@opentelemetry/api'`. */
export interface OpenTelemetryApi {
  readonly trace: {
    getTracer(name: string): {
      startActiveSpan<Result>(
        name: string,
        options: never,
        context: never,
        work: (span: never) => Result,
      ): Result;
    };
    getSpanContext(context: never): unknown;
  };
  readonly metrics: {
    getMeter(name: string): {
      createCounter(name: string, options?: { description?: string }): Counter;
      createHistogram(name: string, options?: { description?: string; unit?: string }): Histogram;
    };
  };
  readonly propagation: {
    inject(context: never, carrier: Record<string, string>): void;
    extract(context: never, carrier: Readonly<Record<string, string>>): unknown;
  };
  readonly context: { active(): unknown };
  readonly ROOT_CONTEXT: unknown;
}

/** The API's numbers: SpanKind.PRODUCER, SpanKind.CONSUMER, SpanStatusCode.ERROR. */
const PRODUCER = 3;
const CONSUMER = 4;
const ERROR = 2;

/**
 * Spans of sends and runs, and metrics: `celeriac.task.wait` and `celeriac.task.run` (seconds),
 * `celeriac.task.sent`, `.retries`, `.failures` and `.revoked`, each by task and queue. A run's span is
 * linked
 * to the span of its send, which travels in the message's headers as the propagator writes it
 * (`traceparent`). What a workflow sends when a run of it has ended is in that run's trace, under its span.
 */
export function openTelemetry(api: OpenTelemetryApi): Telemetry {
  const tracer = api.trace.getTracer('celeriac');
  const active = (): never => api.context.active() as never; // What the API gives is what it takes.
  // The contexts are the API's own, there and back.
  const extracted = (headers: Readonly<Record<string, string>>): never =>
    api.propagation.extract(api.ROOT_CONTEXT as never, headers) as never;
  const injected = (): Record<string, string> => {
    const carrier: Record<string, string> = {};
    api.propagation.inject(active(), carrier);
    return carrier;
  };
  /** The context of what is sent: it follows from a run that has ended, or from what is active. */
  const contextOf = ({ after }: WatchedSend): never => {
    const found = after && extracted(after);
    return found !== undefined && api.trace.getSpanContext(found) !== undefined ? found : active();
  };
  const inSpan = <T>(name: string, options: object, around: never, work: () => Promise<T>): Promise<T> =>
    tracer.startActiveSpan(
      name,
      // The API's SpanOptions, as a structure.
      options as never,
      around,
      // What the API calls back with is its Span.
      (async (span: Span) => {
        try {
          return await work();
        } catch (thrown) {
          const error = thrown instanceof Error ? thrown : new Error(String(thrown));
          span.recordException(error);
          span.setStatus({ code: ERROR, message: error.message });
          throw thrown;
        } finally {
          span.end();
        }
      }) as (span: never) => Promise<T>, // The Span above, as a structure.
    );
  return Object.freeze({
    hooks: createMetrics(api),
    send: (about, work) => {
      const options = { kind: PRODUCER, attributes: attributesOf(about, 'send') };
      return inSpan(`send ${about.task}`, options, contextOf(about), () => work(injected()));
    },
    run: (run, work) => {
      const origin = api.trace.getSpanContext(extracted(run.headers));
      const attributes = {
        ...attributesOf(run, 'process'),
        'messaging.message.id': run.id,
        'celeriac.attempt': run.attempt,
      };
      const links = origin === undefined ? [] : [{ context: origin }];
      const options = { kind: CONSUMER, attributes, links };
      return inSpan(`run ${run.task}`, options, active(), () => work(injected()));
    },
  } satisfies Telemetry);
}

/** OpenTelemetry's names for messaging. */
function attributesOf({ task, queue }: { readonly task: string; readonly queue: string }, operation: string) {
  return {
    'messaging.system': 'aws_sqs',
    'messaging.destination.name': queue,
    'messaging.operation.type': operation,
    'celeriac.task': task,
  };
}

function createMetrics(api: OpenTelemetryApi): NonNullable<Telemetry['hooks']> {
  const meter = api.metrics.getMeter('celeriac');
  const wait = meter.createHistogram('celeriac.task.wait', { unit: 's', description: 'From send to start' });
  const run = meter.createHistogram('celeriac.task.run', { unit: 's', description: 'Successful attempts' });
  const counter = (name: string): Counter => meter.createCounter(`celeriac.task.${name}`);
  const [sent, retries, failures, revoked] = ['sent', 'retries', 'failures', 'revoked'].map(counter);
  const by = ({ task, queue }: { readonly task: string; readonly queue: string }) => ({ task, queue });
  return {
    onSend: (event) => sent?.add(1, by(event)),
    onStart: (event) => wait.record(event.waitedMs / 1_000, by(event)),
    onSuccess: (event) => run.record(event.tookMs / 1_000, by(event)),
    onRetry: (event) => retries?.add(1, by(event)),
    onFailure: (event) => failures?.add(1, { ...by(event), reason: event.reason }),
    onRevoke: (event) => revoked?.add(1, { ...by(event), reason: event.reason }),
  };
}
