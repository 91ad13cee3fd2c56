/** Rows as an aligned table for people. */
import { stripVTControlCharacters } from 'node:util';
import { bold, dim } from './paint.ts';

export type Cell = string | number | boolean | undefined;

/** A column: its title, and where its text comes from; numbers stand at the right. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => Cell>>;

/** What stands where there is nothing to say. */
const EMPTY = '–';
const GAP = '  ';

/**
 * Lines up rows under their titles. Columns that are empty in all rows are left out; text with line breaks is
 * cut at the first.
 */
export function toTable<Row>(rows: readonly Row[], columns: Columns<Row>, none = 'nothing'): string {
  if (rows.length === 0) return dim(none);
  const shown = Object.entries(columns)
    .map(([title, read]) => ({ title, cells: rows.map(read) }))
    .filter(({ cells }) => cells.some((cell) => cell !== undefined && cell !== ''))
    .map(({ title, cells }) => {
      const texts = cells.map(toText);
      const right = cells.every((cell) => typeof cell === 'number' || cell === undefined);
      return { title, texts, right, width: Math.max(...[title, ...texts].map(widthOf)) };
    });
  const line = (cellOf: (column: (typeof shown)[number]) => string): string =>
    shown
      .map((column) => pad(cellOf(column), column.width, column.right))
      .join(GAP)
      .trimEnd();
  return [
    line(({ title, width, right }) => bold(pad(title, width, right))),
    ...rows.map((_, index) => line(({ texts }) => texts[index] ?? '')),
  ].join('\n');
}

/** Names and values below each other, as for one thing. */
export function toList(pairs: Readonly<Record<string, Cell>>): string {
  const given = Object.entries(pairs).filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(0, ...given.map(([name]) => name.length));
  return given
    .map(
      ([name, value]) =>
        `${dim(name.padEnd(width))}${GAP}${String(value).replaceAll('\n', `\n${' '.repeat(width + 2)}`)}`,
    )
    .join('\n');
}

function toText(cell: Cell): string {
  if (cell === undefined || cell === '') return EMPTY;
  if (typeof cell === 'boolean') return cell ? 'yes' : 'no';
  return String(cell).split('\n', 1)[0] ?? '';
}

function pad(text: string, width: number, right: boolean): string {
  const spaces = ' '.repeat(Math.max(0, width - widthOf(text)));
  return right ? spaces + text : text + spaces;
}

const SEGMENTER = new Intl.Segmenter();
/** What terminals show two cells wide. */
const WIDE =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}/u;

/** How many cells of a terminal a text takes, without the signs that colour it. */
export function widthOf(text: string): number {
  let width = 0;
  for (const { segment } of SEGMENTER.segment(stripVTControlCharacters(text)))
    width += WIDE.test(segment) ? 2 : 1;
  return width;
}
