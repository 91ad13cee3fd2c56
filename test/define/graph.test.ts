/** The drawing of an app's topology. */
import { expect, test } from 'vitest';
import { chord, cron, defineApp, defineSchedule, defineTask } from '#lib';
import { drawGraph, toGraph } from '../../lib/define/graph.ts';
import { store } from './store.ts';

const graph = toGraph(store);
const nameOf = new Map(graph.nodes.map(({ id, kind, name }) => [id, `${kind} ${name}`]));

test('every schedule, exchange, queue, task and consumer is drawn once', () => {
  const drawn = graph.nodes.map(({ kind, name }) => `${kind} ${name}`);

  expect(drawn).toEqual([
    'schedule nightly',
    ...['orders', 'eu', 'alerts', 'lost'].map((name) => `exchange ${name}`),
    ...['line', 'work', 'audit', 'parked'].map((name) => `queue ${name}`),
    ...['count', 'charge', 'ship'].map((name) => `task ${name}`),
    'consumer audit',
  ]);
  expect(new Set(graph.nodes.map(({ id }) => id)).size).toBe(drawn.length);
});

test('edges say what flows, and where messages go otherwise', () => {
  const edges = graph.edges.map(({ from, to, kind, label }) =>
    [nameOf.get(from), kind === 'flow' ? '->' : '..>', nameOf.get(to), label].filter(Boolean).join(' '),
  );

  expect(new Set(edges)).toEqual(
    new Set([
      'exchange alerts -> queue work {"urgent":true,"x-match":"all"} for ship',
      'exchange eu -> queue audit order.eu.created',
      'exchange lost -> queue parked',
      'exchange orders ..> exchange lost unrouted',
      'exchange orders -> exchange eu order.eu.*',
      'exchange orders -> queue work order.# for ship',
      'exchange orders -> queue work order.*.created for charge',
      'queue audit -> consumer audit',
      'queue line -> task count',
      'queue work ..> queue parked dead letters',
      'queue work -> task charge',
      'queue work -> task ship',
      'schedule nightly -> task count sends',
    ]),
  );
});

test('Mermaid has no sign in a label that it reads as its own', () => {
  const text = drawGraph(graph, 'mermaid');

  expect(text).toMatch(/^flowchart LR\n/);
  expect(text).toContain('exchange2{{"orders<br/>topic"}}');
  expect(text).toContain('|"order.#35; for ship"|');
  expect(text).toContain('|"{#34;urgent#34;:true,#34;x-match#34;:#34;all#34;} for ship"|');
  expect(text.split('\n').filter((line) => line.includes('-->'))).toHaveLength(11);
});

test('DOT quotes what it must, and dashes what is taken otherwise', () => {
  const text = drawGraph(graph, 'dot');

  expect(text).toMatch(/^digraph "store" \{\n/);
  expect(text).toContain('label="{\\"urgent\\":true,\\"x-match\\":\\"all\\"} for ship"');
  expect(text).toContain('exchange2 -> exchange5 [label="unrouted", style=dashed];');
  expect(text.trimEnd().endsWith('}')).toBe(true);
});

test('a schedule that sends a workflow leads to each of its tasks, and says which begin it', () => {
  const price = defineTask('price', { run: () => 1 });
  const sum = defineTask('sum', { run: (all: readonly number[]) => all.length });
  const trigger = cron('0 2 * * *');
  const app = defineApp('a', {
    schedules: [defineSchedule('nightly', { trigger, send: chord([price(), price()], sum) })],
  });

  const { edges, nodes } = toGraph(app);

  const names = new Map(nodes.map(({ id, name }) => [id, name]));
  const fired = edges.filter(({ from }) => names.get(from) === 'nightly');
  expect(fired.map(({ to, label }) => [names.get(to), label])).toEqual([
    ['price', 'sends'],
    ['sum', 'sends later'],
  ]);
});
