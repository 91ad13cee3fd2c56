/** Where exchanges, bindings and takers stand in a drawing: exchanges by their distance, then who takes. */
import type { ExchangeRow } from '../../row.ts';

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
}

export interface Drawing {
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
  readonly width: number;
  readonly height: number;
}

export const BOX_HEIGHT = 40;
const ROW_HEIGHT = 58;
/** Between two columns, where the labels of arrows stand. */
const GAP = 190;
const LETTER = 7.4;
const LABEL_LETTERS_MAX = 24;

export function layOut(exchanges: readonly ExchangeRow[]): Drawing {
  const levels = toLevels(exchanges);
  const last = Math.max(0, ...levels.values()) + 1;
  const takers = new Map<string, { kind: Box['kind']; name: string }>();
  for (const { bindings } of exchanges) {
    for (const { to } of bindings) {
      if (to.kind !== 'exchange') takers.set(`${to.kind} ${to.name}`, { kind: to.kind, name: to.name });
    }
  }
  const columns: Omit<Box, 'x' | 'y' | 'width'>[][] = Array.from({ length: last + 1 }, () => []);
  for (const exchange of exchanges) {
    columns[levels.get(exchange.name) ?? 0]?.push({
      key: `exchange ${exchange.name}`,
      kind: 'exchange',
      name: exchange.name,
      note: exchange.type,
    });
  }
  for (const [key, { kind, name }] of takers) columns[last]?.push({ key, kind, name, note: kind });
  return draw(exchanges, columns);
}

/** The words on an arrow. */
export function toLabel({ pattern, match, args }: ExchangeRow['bindings'][number]): string {
  if (pattern !== undefined) return pattern === '' ? '(empty key)' : pattern;
  if (args === undefined) return '';
  const pairs = Object.entries(args).map(([name, value]) => `${name}=${String(value)}`);
  return `${match ?? 'all'}: ${pairs.join(', ')}`;
}

/** How far from the left: one more than the furthest exchange that leads to it. */
function toLevels(exchanges: readonly ExchangeRow[]): Map<string, number> {
  const levels = new Map(exchanges.map(({ name }) => [name, 0]));
  // Bindings in a circle never come to rest, so there are at most as many rounds as exchanges.
  for (let round = 0; round < exchanges.length; round++) {
    let moved = false;
    for (const { name, bindings, alternate } of exchanges) {
      const next = [
        ...bindings.filter(({ to }) => to.kind === 'exchange').map(({ to }) => to.name),
        alternate,
      ];
      for (const target of next) {
        const level = (levels.get(name) ?? 0) + 1;
        if (target === undefined || level <= (levels.get(target) ?? 0) || level >= exchanges.length) continue;
        levels.set(target, level);
        moved = true;
      }
    }
    if (!moved) break;
  }
  return levels;
}

function draw(
  exchanges: readonly ExchangeRow[],
  columns: readonly (readonly Omit<Box, 'x' | 'y' | 'width'>[])[],
): Drawing {
  const tallest = Math.max(...columns.map((column) => column.length), 1);
  const height = tallest * ROW_HEIGHT + 8;
  const boxes = new Map<string, Box>();
  let x = 1;
  for (const column of columns) {
    if (column.length === 0) continue;
    const width = Math.max(110, ...column.map(({ name }) => Math.ceil(name.length * LETTER) + 28));
    const top = (height - column.length * ROW_HEIGHT) / 2;
    column.forEach((box, index) => {
      const y = top + index * ROW_HEIGHT + (ROW_HEIGHT - BOX_HEIGHT) / 2;
      boxes.set(box.key, { ...box, x, y, width });
    });
    x += width + GAP;
  }
  return {
    boxes: [...boxes.values()],
    arrows: exchanges.flatMap((exchange) => toArrows(exchange, boxes)),
    width: x - GAP + 1,
    height,
  };
}

function toArrows(exchange: ExchangeRow, boxes: ReadonlyMap<string, Box>): Arrow[] {
  const from = boxes.get(`exchange ${exchange.name}`);
  if (from === undefined) return [];
  const bound = new Map<string, string[]>();
  for (const binding of exchange.bindings) {
    const key = `${binding.to.kind} ${binding.to.name}`;
    bound.set(key, [...(bound.get(key) ?? []), toLabel(binding)]);
  }
  const targets = [...bound].map(([key, labels]) => ({
    key,
    label: labels.filter(Boolean).join(' | '),
    alternate: false,
  }));
  if (exchange.alternate !== undefined) {
    targets.push({ key: `exchange ${exchange.alternate}`, label: 'alternate', alternate: true });
  }
  return targets.flatMap(({ key, label, alternate }) => {
    const to = boxes.get(key);
    return to === undefined ? [] : [toArrow(from, to, label, alternate)];
  });
}

function toArrow(from: Box, to: Box, label: string, alternate: boolean): Arrow {
  const [x1, y1] = [from.x + from.width, from.y + BOX_HEIGHT / 2];
  const [x2, y2] = [to.x - 7, to.y + BOX_HEIGHT / 2];
  const bend = Math.max(40, (x2 - x1) / 2);
  return {
    key: `${from.key} ${to.key} ${alternate}`,
    path: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`,
    label: label.length > LABEL_LETTERS_MAX ? `${label.slice(0, LABEL_LETTERS_MAX - 1)}…` : label,
    // Near its end, where arrows that begin at one box have parted.
    x: x2 - 8,
    y: y2 - 6,
    alternate,
  };
}
