/**
 * Where exchanges, bindings and takers stand in a drawing: exchanges in columns by their distance from the
 * first, takers in the last. A binding that passes a column gets a place of its own in it, so that no arrow
 * runs behind a box.
 */
import type { ExchangeRow, RouteAnswer } from '../../row.ts';

export interface Box {
  readonly key: string;
  readonly kind: 'exchange' | 'task' | 'queue' | 'consumer';
  readonly name: string;
  readonly note: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

export interface Arrow {
  readonly key: string;
  readonly path: string;
  /** What a message has to be like. */
  readonly label: string;
  readonly x: number;
  readonly y: number;
  readonly alternate: boolean;
  /** The keys of the boxes that it joins. */
  readonly joins: string;
}

export interface Drawing {
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
  readonly width: number;
  readonly height: number;
}

export const BOX_HEIGHT = 40;
const ROW_HEIGHT = 58;
/** Where an arrow passes a column. */
const PASS_HEIGHT = 20;
/** Between two columns, where the labels of arrows stand; more of it where there is room. */
const GAP = 196;
const GAP_MAX = 330;
const LETTER = 7.4;
const LABEL_LETTER = 6.6;
/** Of a gap, what its label leaves to the arrow. */
const LABEL_MARGIN = 36;

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly alternate: boolean;
}

/** A box, or a place where an arrow passes. */
interface Spot {
  readonly key: string;
  readonly height: number;
  readonly box?: Pick<Box, 'kind' | 'name' | 'note'>;
}

interface Placed extends Spot {
  readonly x: number;
  readonly middle: number;
  readonly width: number;
}

/** In so much room; where it is too little, columns begin at the top, since only the first ones are seen. */
export function layOut(exchanges: readonly ExchangeRow[], room = 0): Drawing {
  const edges = exchanges.flatMap(toEdges);
  const columns = toColumns(exchanges, edges);
  const height =
    Math.max(...columns.map((column) => column.reduce((sum, spot) => sum + spot.height, 0)), 1) + 8;
  const placed = new Map<string, Placed>();
  const widths = columns.map(toWidth);
  const gaps = Math.max(1, columns.length - 1);
  const left = room - 2 - widths.reduce((sum, width) => sum + width, 0);
  const gap = Math.floor(Math.min(GAP_MAX, Math.max(GAP, left / gaps)));
  const top = room > 0 && left < GAP * gaps;
  let x = 1;
  for (const [at, column] of columns.entries()) {
    const width = widths[at] ?? 0;
    let from = top ? 4 : (height - column.reduce((sum, spot) => sum + spot.height, 0)) / 2;
    for (const spot of column) {
      placed.set(spot.key, { ...spot, x, width, middle: from + spot.height / 2 });
      from += spot.height;
    }
    x += width + gap;
  }
  return {
    boxes: [...placed.values()].flatMap(({ key, box, x: left, width, middle }) =>
      box === undefined ? [] : [{ key, ...box, x: left, y: middle - BOX_HEIGHT / 2, width }],
    ),
    arrows: edges.flatMap((edge, index) => {
      const before = edges.slice(0, index).filter(({ to }) => to === edge.to).length;
      return toArrow(edge, placed, before, Math.floor((gap - LABEL_MARGIN) / LABEL_LETTER));
    }),
    width: x - gap + 1,
    height,
  };
}

/** The words on an arrow. */
export function toLabel({ pattern, match, args }: ExchangeRow['bindings'][number]): string {
  if (pattern !== undefined) return pattern === '' ? '(empty key)' : pattern;
  if (args === undefined) return '';
  const pairs = Object.entries(args).map(([name, value]) => `${name}=${String(value)}`);
  return `${match ?? 'all'}: ${pairs.join(', ')}`;
}

/** All bindings to one taker are one arrow. */
function toEdges({ name, bindings, alternate }: ExchangeRow): Edge[] {
  const from = `exchange ${name}`;
  const bound = new Map<string, string[]>();
  for (const binding of bindings) {
    const to = `${binding.to.kind} ${binding.to.name}`;
    bound.set(to, [...(bound.get(to) ?? []), toLabel(binding)]);
  }
  const edges = [...bound].map(([to, labels]) => ({
    ...{ from, to, alternate: false },
    label: labels.filter((label) => label !== '').join(' | '),
  }));
  return alternate === undefined
    ? edges
    : [...edges, { from, to: `exchange ${alternate}`, label: 'alternate', alternate: true }];
}

function toColumns(exchanges: readonly ExchangeRow[], edges: readonly Edge[]): Spot[][] {
  const levels = toLevels(exchanges, edges);
  const last = Math.max(0, ...levels.values()) + 1;
  const columns: Spot[][] = Array.from({ length: last + 1 }, () => []);
  for (const { name, type } of exchanges) {
    const key = `exchange ${name}`;
    columns[levels.get(key) ?? 0]?.push({
      key,
      height: ROW_HEIGHT,
      box: { kind: 'exchange', name, note: type },
    });
  }
  const takers = exchanges.flatMap(({ bindings }) => bindings.map(({ to }) => to));
  for (const { kind, name } of takers) {
    const key = `${kind} ${name}`;
    if (kind === 'exchange' || levels.has(key)) continue;
    levels.set(key, last);
    columns[last]?.push({ key, height: ROW_HEIGHT, box: { kind, name, note: kind } });
  }
  for (const edge of edges) {
    for (let at = (levels.get(edge.from) ?? 0) + 1; at < (levels.get(edge.to) ?? 0); at++) {
      columns[at]?.push({ key: passKey(edge, at), height: PASS_HEIGHT });
    }
  }
  return inOrder(columns, edges);
}

/** Each spot stands about where what leads to it stands, which keeps arrows from crossing. */
function inOrder(columns: readonly Spot[][], edges: readonly Edge[]): Spot[][] {
  const rank = new Map<string, number>();
  return columns.map((column, at) => {
    const wanted = new Map(column.map(({ key }, index) => [key, toRank(key, at, edges, rank) ?? index]));
    const sorted = [...column].sort((a, b) => (wanted.get(a.key) ?? 0) - (wanted.get(b.key) ?? 0));
    // As a share of the column, so that a short one does not lie above a long one.
    for (const [index, { key }] of sorted.entries()) rank.set(key, (index + 0.5) / sorted.length);
    return sorted;
  });
}

function toRank(
  key: string,
  at: number,
  edges: readonly Edge[],
  rank: ReadonlyMap<string, number>,
): number | undefined {
  const before = edges
    .filter((edge) => edge.to === key || passKey(edge, at) === key)
    .flatMap((edge) => rank.get(passKey(edge, at - 1)) ?? rank.get(edge.from) ?? []);
  return before.length === 0 ? undefined : before.reduce((sum, one) => sum + one, 0) / before.length;
}

/** How far from the left: one more than the furthest exchange that leads to it. */
function toLevels(exchanges: readonly ExchangeRow[], edges: readonly Edge[]): Map<string, number> {
  const levels = new Map(exchanges.map(({ name }) => [`exchange ${name}`, 0]));
  // Bindings in a circle never come to rest, so there are at most as many rounds as exchanges.
  for (let round = 0; round < exchanges.length; round++) {
    for (const { from, to } of edges) {
      const level = (levels.get(from) ?? 0) + 1;
      const known = levels.get(to);
      if (known !== undefined && level > known && level < exchanges.length) levels.set(to, level);
    }
  }
  return levels;
}

/** `nth` of those that end at the same box; its label has room for so many letters. */
function toArrow(edge: Edge, placed: ReadonlyMap<string, Placed>, nth: number, letters: number): Arrow[] {
  const from = placed.get(edge.from);
  const to = placed.get(edge.to);
  if (from === undefined || to === undefined) return [];
  const passes = [...placed.values()].filter(({ key }) => key.startsWith(`${passKey(edge, '')}`));
  let [x, y] = [from.x + from.width, from.middle];
  let path = `M${x} ${y}`;
  for (const { x: left, width, middle } of passes) {
    path += `${curve(x, y, left, middle)}H${left + width}`;
    [x, y] = [left + width, middle];
  }
  const end = to.x - 7;
  const { label } = edge;
  return [
    {
      key: `${edge.from} ${edge.to} ${edge.alternate}`,
      path: `${path}${curve(x, y, end, to.middle)}`,
      label: label.length > letters ? `${label.slice(0, letters - 1)}…` : label,
      // At its end, where it has left those with the same beginning; by turns above and below it.
      x: end - 6,
      y: to.middle + (nth % 2 === 0 ? -6 - 6 * nth : 8 + 6 * nth),
      alternate: edge.alternate,
      joins: toJoin(edge.from, edge.to),
    },
  ];
}

function toJoin(from: string, to: string): string {
  return `${from} → ${to}`;
}

/** What of the drawing a message takes: keys of boxes, and what arrows join. */
export function toTaken(answer: RouteAnswer | undefined): ReadonlySet<string> {
  const taken = new Set<string>();
  for (const { kind, name, because } of answer?.to ?? []) {
    // 'orders --order.eu.#--> europe --> charge'
    const passed = because.split(/ --(?:.+?--)?> /).slice(0, -1);
    const keys = [...passed.map((exchange) => `exchange ${exchange}`), `${kind} ${name}`];
    taken.add(`${kind} ${name}`);
    for (const [at, key] of keys.entries()) if (at > 0) taken.add(toJoin(keys[at - 1] ?? '', key));
  }
  return taken;
}

function toWidth(column: readonly Spot[]): number {
  const names = column.flatMap(({ box }) => (box === undefined ? [] : [box.name.length]));
  return Math.max(110, ...names.map((letters) => Math.ceil(letters * LETTER) + 28));
}

function curve(x1: number, y1: number, x2: number, y2: number): string {
  const bend = (x2 - x1) / 2;
  return `C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

function passKey({ from, to, alternate }: Edge, at: number | ''): string {
  return `pass ${from} ${to} ${alternate} ${at}`;
}
