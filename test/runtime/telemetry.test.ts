/** Traces and metrics: OpenTelemetry's own SDK sees the spans, and the log has CloudWatch's metrics. */
import * as api from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { chain, chord, defineApp, defineQueue, defineTask, emf, fixed, openTelemetry } from '#lib';
import { simulate } from '#lib/testing';
import { envelope, put } from './simulated.ts';

const spans = new InMemorySpanExporter();
const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 1e9 });

beforeAll(() => {
  api.context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  api.propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  api.trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
  );
  api.metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
});
beforeEach(() => spans.reset());
afterAll(async () => {
  await reader.shutdown();
  for (const one of [api.context, api.propagation, api.trace, api.metrics]) one.disable();
});

const queue = defineQueue('work');

test('a run’s span is linked to its send’s, holds what it sends, and shows a throw', async () => {
  const child = defineTask('child', { queue, run: () => 1 });
  const parent = defineTask('parent', {
    queue,
    retry: { attempts: 2, backoff: fixed('1s') },
    async run(_input: unknown, { attempt, send }) {
      if (attempt === 1) throw new Error('once');
      await send(child());
    },
  });
  const app = defineApp('shop', { tasks: [parent, child], telemetry: openTelemetry(api) });
  const sim = simulate(app);

  await sim.send(parent());
  await sim.advance('1m');
  await reader.forceFlush();

  const all = spans.getFinishedSpans();
  const named = (name: string) => all.filter((span) => span.name === name);
  const [sent] = named('send parent');
  const [failed, done] = named('run parent');
  expect(all.map(({ name }) => name).sort()).toEqual([
    'run child',
    'run parent',
    'run parent',
    'send child',
    'send parent',
  ]);
  expect([failed, done].map((span) => span?.links[0]?.context.spanId)).toEqual(
    [0, 1].map(() => sent?.spanContext().spanId),
  );
  expect([failed?.status.code, done?.status.code]).toEqual([
    api.SpanStatusCode.ERROR,
    api.SpanStatusCode.UNSET,
  ]);
  expect(named('send child')[0]?.parentSpanContext?.spanId).toBe(done?.spanContext().spanId);
  const told =
    metrics
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap((scope) => scope.metrics) ?? [];
  expect(told.map(({ descriptor }) => descriptor.name).sort()).toEqual([
    'celeriac.task.retries',
    'celeriac.task.run',
    'celeriac.task.sent',
    'celeriac.task.wait',
  ]);
});

test('each step of a workflow is sent under the run before it, and its run linked to that', async () => {
  const first = defineTask('first', { queue, run: () => 1 });
  const second = defineTask('second', {
    queue,
    run: (n: number, { attempt, replace }) => (attempt === 0 ? n : replace(third(n + 1))),
  });
  const third = defineTask('third', { queue, run: (n: number) => n + 1 });
  const last = defineTask('last', { queue, run: (n: number) => n });
  const app = defineApp('shop', { tasks: [first, second, third, last], telemetry: openTelemetry(api) });
  const sim = simulate(app);

  const result = await sim.send(chain(first(), second, last));
  const value = await result.get();

  const all = spans.getFinishedSpans();
  const titleOf = (id: string | undefined) => all.find((span) => span.spanContext().spanId === id)?.name;
  const seen = all.map(({ name, links, parentSpanContext }) => [
    name,
    titleOf(parentSpanContext?.spanId),
    titleOf(links[0]?.context.spanId),
  ]);
  expect(value).toBe(3);
  expect(seen).toEqual([
    ['send workflow:start', undefined, undefined],
    ['send first', 'send workflow:start', undefined],
    ['run first', undefined, 'send first'],
    ['send second', 'run first', undefined],
    ['run second', undefined, 'send second'],
    ['send workflow:start', 'run second', undefined],
    ['send third', 'send workflow:start', undefined],
    ['run third', undefined, 'send third'],
    ['send last', 'run third', undefined],
    ['run last', undefined, 'send last'],
  ]);
});

test('the body of a chord is sent under the run of the member that ended last', async () => {
  const member = defineTask('member', { queue, run: (n: number, { sleep }) => sleep(`${n}s`) });
  const body = defineTask('body', { queue, run: () => 1 });
  const app = defineApp('shop', { tasks: [member, body], telemetry: openTelemetry(api) });
  const sim = simulate(app);

  await (await sim.send(chord([member(5), member(1)], body))).get();

  const all = spans.getFinishedSpans();
  const runs = all.filter(({ name }) => name === 'run member');
  const sent = all.find(({ name }) => name === 'send body');
  expect(runs.map((span) => span.spanContext().spanId)[1]).toBe(sent?.parentSpanContext?.spanId);
  expect(runs).toHaveLength(2);
});

test('CloudWatch’s metrics are lines of the log', async () => {
  const lines: Readonly<Record<string, unknown>>[] = [];
  const task = defineTask('task', { queue, run: (_input: unknown, { sleep }) => sleep('2s') });
  const app = defineApp('shop', { tasks: [task], telemetry: emf({ namespace: 'Shop' }) });
  const sim = simulate(app, { log: (line) => lines.push(line) });

  await (await sim.send(task())).get();

  const [, done] = lines.filter((line) => '_aws' in line);
  expect(done).toMatchObject({
    _aws: {
      Timestamp: sim.now().getTime(),
      CloudWatchMetrics: [
        {
          Namespace: 'Shop',
          Dimensions: [['Task', 'Queue']],
          Metrics: [
            { Name: 'Succeeded', Unit: 'Count' },
            { Name: 'Took', Unit: 'Milliseconds' },
          ],
        },
      ],
    },
    ...{ Task: 'task', Queue: 'work', Succeeded: 1, Took: 2_000 },
  });
});

test('CloudWatch’s metrics of a task that nobody knows have the queue in which it was met', async () => {
  const lines: Readonly<Record<string, unknown>>[] = [];
  const known = defineTask('known', { queue, run: () => 1 });
  const app = defineApp('shop', { tasks: [known], telemetry: emf({ namespace: 'Shop' }) });
  const sim = simulate(app, { log: (line) => lines.push(line) });

  await put(sim, queue, envelope('m1', 'unheard'));
  await sim.advance('2d');

  expect(lines.filter((line) => '_aws' in line)).toMatchObject([
    { Task: 'unheard', Queue: 'work', Failed: 1 },
  ]);
});
