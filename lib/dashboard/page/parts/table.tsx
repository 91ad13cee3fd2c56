/** A table that becomes a list of cards where it has no room. */
import type { ComponentChildren } from 'preact';

export interface Column<Row> {
  readonly head: string;
  readonly cell: (row: Row) => ComponentChildren;
  /** Figures stand at the right, digit below digit. */
  readonly figures?: boolean;
  /** Takes the room that is left. */
  readonly wide?: boolean;
}

interface TableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
}

export function Table<Row>({ label, columns, rows, keyOf }: TableProps<Row>) {
  return (
    <div class="table-frame">
      <table>
        <caption class="aside">{label}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.head} scope="col" class={toClass(column)}>
                {column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)}>
              {columns.map((column, index) => (
                <Cell key={column.head} column={column} row={row} first={index === 0} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps<Row> {
  readonly column: Column<Row>;
  readonly row: Row;
  readonly first: boolean;
}

function Cell<Row>({ column, row, first }: CellProps<Row>) {
  const content = column.cell(row);
  const empty = content === undefined || content === null || content === '';
  // On a narrow page the head stands beside its cell, and a cell without content is left out.
  const given = { class: `${toClass(column)}${empty ? ' vacant' : ''}`, 'data-head': column.head };
  return first ? (
    <th scope="row" {...given}>
      {content}
    </th>
  ) : (
    <td {...given}>{content}</td>
  );
}

function toClass(column: { readonly figures?: boolean; readonly wide?: boolean }): string {
  return `${column.figures ? 'figures' : ''}${column.wide ? ' wide' : ''}`.trim();
}
