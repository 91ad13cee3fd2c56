/**
 * An app's topology as a drawing: schedules, exchanges, queues and tasks, and what flows between them. A
 * graph as data, and that as text for Mermaid (which GitHub and editors draw) or for Graphviz (DOT).
 */
import { describe } from '../core/trigger/describe.ts';
import { firstTasks } from '../core/workflow/describe-plan.ts';
import { nodesOf } from '../core/workflow/path.ts';
import type { Plan } from '../core/workflow/plan.ts';
import type { App } from './app.ts';
import type { Binding } from './binding.ts';
import type { Queue } from './queue.ts';
import type { Schedule } from './schedule.ts';

export interface GraphNode {
  readonly id: string;
  readonly kind: 'schedule' | 'exchange' | 'queue' | 'task' | 'consumer';
  readonly name: string;
  /** A second line: an exchange's type, a schedule's sentence. */
  readonly detail?: string;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  /** 'flow': what every message takes; 'otherwise': alternate exchanges and dead letters. */
  readonly kind: 'flow' | 'otherwise';
  readonly label?: string;
}

export interface Graph {
  readonly name: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

export type GraphFormat = 'mermaid' | 'dot';

/** Draws an app. Ids follow the order of the definitions, so a change of one part changes few lines. */
export function toGraph(app: App): Graph {
  const nodes: GraphNode[] = [];
  const ids = new Map<string, string>();
  const add = (node: Omit<GraphNode, 'id'>): void => {
    const id = `${node.kind}${nodes.length + 1}`;
    ids.set(toKey(node.kind, node.name), id);
    nodes.push({ id, ...node });
  };
  for (const schedule of app.schedules)
    add({ kind: 'schedule', name: schedule.name, detail: describe(schedule.spec.trigger) });
  for (const { name, type } of app.exchanges) add({ kind: 'exchange', name, detail: type });
  for (const queue of app.queues) add({ kind: 'queue', name: queue.name, ...detailOf(queue) });
  for (const { name } of app.tasks) add({ kind: 'task', name });
  for (const { queue } of app.consumers) add({ kind: 'consumer', name: queue.name });
  const find = (kind: GraphNode['kind'], name: string): string => ids.get(toKey(kind, name)) ?? '';
  const edges = [
    ...app.schedules.flatMap((schedule) => fireEdges(schedule, find)),
    ...app.bindings.map((binding) => bindingEdge(app, binding, find)),
    ...app.exchanges.flatMap(({ name, alternate }) =>
      otherwise(find, 'exchange', name, alternate, 'unrouted'),
    ),
    ...app.tasks.map(({ name, queue }) => flow(find('queue', queue.name), find('task', name))),
    ...app.consumers.map(({ queue }) => flow(find('queue', queue.name), find('consumer', queue.name))),
    ...app.queues.flatMap(({ name, deadLetterTo }) =>
      otherwise(find, 'queue', name, deadLetterTo?.(), 'dead letters'),
    ),
  ];
  return { name: app.name, nodes, edges: edges.filter(({ from, to }) => from !== '' && to !== '') };
}

/** The graph as text. */
export function drawGraph(graph: Graph, format: GraphFormat): string {
  return format === 'mermaid' ? toMermaid(graph) : toDot(graph);
}

type Find = (kind: GraphNode['kind'], name: string) => string;

function toKey(kind: GraphNode['kind'], name: string): string {
  return `${kind} ${name}`;
}

function detailOf(queue: Queue): { readonly detail?: string } {
  const { ordered, priorities } = queue;
  const words = [...(ordered ? ['ordered'] : []), ...(priorities > 1 ? [`${priorities} priorities`] : [])];
  return words.length === 0 ? {} : { detail: words.join(', ') };
}

function flow(from: string, to: string, label?: string): GraphEdge {
  return { from, to, kind: 'flow', ...(label === undefined ? {} : { label }) };
}

function otherwise(
  find: Find,
  kind: 'exchange' | 'queue',
  name: string,
  to: { readonly kind: 'exchange' | 'queue'; readonly name: string } | undefined,
  label: string,
): GraphEdge[] {
  if (to === undefined) return [];
  return [{ from: find(kind, name), to: find(to.kind, to.name), kind: 'otherwise', label }];
}

/** What is sent goes to the task's queue, where its name is said if the queue has several tasks. */
function bindingEdge(app: App, binding: Binding, find: Find): GraphEdge {
  const { exchange, destination, pattern, args } = binding;
  const said = [pattern ?? (args === undefined ? '' : JSON.stringify(args))];
  if (destination.kind !== 'task')
    return flow(find('exchange', exchange.name), find(destination.kind, destination.name), ...kept(said));
  const { queue, name } = destination;
  if (app.tasks.filter((task) => task.queue === queue).length > 1) said.push(`for ${name}`);
  return flow(find('exchange', exchange.name), find('queue', queue.name), ...kept(said));
}

function kept(words: readonly string[]): [string?] {
  const text = words.filter((word) => word !== '').join(' ');
  return text === '' ? [] : [text];
}

function fireEdges({ name, action }: Schedule, find: Find): readonly GraphEdge[] {
  const from = find('schedule', name);
  const { send, publish } = action;
  if (send?.kind === 'workflow') return workflowEdges(from, send.plan, find);
  if (send !== undefined) return [flow(from, find('task', send.task), 'sends')];
  const { exchange, queue, key } = publish;
  const to = exchange === undefined ? find('queue', queue?.name ?? '') : find('exchange', exchange.name);
  return [flow(from, to, exchange === undefined || key === '' ? 'publishes' : `publishes ${key}`)];
}

/** One to each task of a workflow: with which it begins, and which come later. */
function workflowEdges(from: string, plan: Plan, find: Find): readonly GraphEdge[] {
  const first = new Set(firstTasks(plan));
  const tasks = [...nodesOf(plan)].flatMap(([, node]) => (node.kind === 'task' ? node.task : []));
  return [...new Set(tasks)].map((task) =>
    flow(from, find('task', task), first.has(task) ? 'sends' : 'sends later'),
  );
}

const MERMAID_SHAPES: Readonly<Record<GraphNode['kind'], readonly [string, string]>> = {
  schedule: ['([', '])'],
  exchange: ['{{', '}}'],
  queue: ['[(', ')]'],
  task: ['[', ']'],
  consumer: ['[/', '/]'],
};

function toMermaid({ nodes, edges }: Graph): string {
  return [
    'flowchart LR',
    ...nodes.map((node) => {
      const [open, close] = MERMAID_SHAPES[node.kind];
      return `  ${node.id}${open}"${textOf(node).map(mermaidText).join('<br/>')}"${close}`;
    }),
    ...edges.map(({ from, to, kind, label }) => {
      const arrow = kind === 'flow' ? '-->' : '-.->';
      return `  ${from} ${arrow}${label === undefined ? '' : `|"${mermaidText(label)}"|`} ${to}`;
    }),
    '',
  ].join('\n');
}

/** Mermaid reads `#35;` as '#', and breaks at quotes and angle brackets. */
function mermaidText(text: string): string {
  return text.replace(/[#"<>`]/g, (sign) => `#${sign.charCodeAt(0)};`);
}

const DOT_SHAPES: Readonly<Record<GraphNode['kind'], string>> = {
  schedule: 'oval',
  exchange: 'hexagon',
  queue: 'cylinder',
  task: 'box',
  consumer: 'parallelogram',
};

function toDot({ name, nodes, edges }: Graph): string {
  return [
    `digraph ${dotText(name)} {`,
    '  rankdir=LR;',
    '  node [fontname="sans-serif"];',
    ...nodes.map(
      (node) => `  ${node.id} [shape=${DOT_SHAPES[node.kind]}, label=${dotText(textOf(node).join('\n'))}];`,
    ),
    ...edges.map(({ from, to, kind, label }) => {
      const attributes = [
        ...(label === undefined ? [] : [`label=${dotText(label)}`]),
        ...(kind === 'flow' ? [] : ['style=dashed']),
      ];
      return `  ${from} -> ${to}${attributes.length === 0 ? '' : ` [${attributes.join(', ')}]`};`;
    }),
    '}',
    '',
  ].join('\n');
}

function dotText(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

/** A consumer has no name of its own. */
function textOf({ kind, name, detail }: GraphNode): readonly string[] {
  return [kind === 'consumer' ? `consumer of ${name}` : name, ...(detail === undefined ? [] : [detail])];
}
