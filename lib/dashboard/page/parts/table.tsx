/** A table that becomes a list of cards where it has no room; a row may open to show more of itself. */
import { type ComponentChildren, Fragment } from 'preact';
import { useState } from 'preact/hooks';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Figures stand at the right, digit below digit. */
  readonly figures?: boolean;
  /** Takes the room that is left. */
  readonly wide?: boolean;
  /** No wider than what it says, in one line. */
  readonly snug?: boolean;
  /** Its cells hold several buttons: they stand in one line where there is room for that. */
  readonly steering?: boolean;
}

interface Detail<Row> {
  /** What the button that opens it is called by a screen reader. */
  readonly label: (row: Row) => string;
  readonly of: (row: Row) => ComponentChildren;
}

interface TableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  readonly detail?: Detail<Row>;
}

export function Table<Row>({ label, columns, rows, keyOf, detail }: TableProps<Row>) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (key: string) =>
    setOpen(new Set(open.has(key) ? [...open].filter((k) => k !== key) : [...open, key]));
  const opener: Column<Row>[] =
    detail === undefined
      ? []
      : [
          {
            head: 'More',
            cell: (row) => toOpener(detail.label(row), open.has(keyOf(row)), () => toggle(keyOf(row))),
          },
        ];
  const all = [...columns, ...opener];
  return (
    <div class="table-frame">
      <table>
        <caption class="aside">{label}</caption>
        <thead>
          <tr>
            {all.map((column) => (
              <th key={column.head} scope="col" class={toClass(column)}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Fragment key={keyOf(row)}>
              <tr>
                {all.map((column, index) => (
                  <Cell key={column.head} column={column} row={row} first={index === 0} />
                ))}
              </tr>
              {detail && open.has(keyOf(row)) && (
                <tr class="detail">
                  <td colSpan={all.length}>{detail.of(row)}</td>
                </tr>
              )}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function toOpener(label: string, open: boolean, onToggle: () => void): ComponentChildren {
  return (
    <button type="button" class="quiet" aria-expanded={open} aria-label={label} onClick={onToggle}>
      {open ? 'Hide' : 'Show'}
    </button>
  );
}

interface CellProps<Row> {
  readonly column: Column<Row>;
  readonly row: Row;
  readonly first: boolean;
}

function Cell<Row>({ column, row, first }: CellProps<Row>) {
  const content = column.cell(row);
  const empty = content === undefined || content === null || content === '' || content === false;
  // On a narrow page the head stands beside its cell, and a cell without content is left out.
  const given = { class: `${toClass(column)}${empty ? ' vacant' : ''}`, 'data-head': column.head };
  return first ? (
    <th scope="row" {...given}>
      <div>{content}</div>
    </th>
  ) : (
    <td {...given}>
      <div>{content}</div>
    </td>
  );
}

function toClass<Row>({ figures, wide, snug, steering }: Column<Row>): string {
  const classes = { figures, wide, snug, steering };
  return Object.entries(classes)
    .flatMap(([name, wanted]) => (wanted ? [name] : []))
    .join(' ');
}
