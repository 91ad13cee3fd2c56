/** `celeriac graph`: the app's topology as a drawing. */
import type { App } from '../define/app.ts';
import { drawGraph, type GraphFormat, toGraph } from '../define/graph.ts';
import type { Answer } from './answer.ts';

/** Draws; with `--json` the graph is data. */
export function graph(app: App, { format }: { readonly format: GraphFormat }): Answer {
  const value = toGraph(app);
  return { value, text: drawGraph(value, format) };
}
