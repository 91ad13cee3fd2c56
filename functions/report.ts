/** The demo's figures: tallies of routes added up, as a table for people and as JSON for programs. */
import type { Airport, Report, Tally } from './flights.ts';

type Sum = Omit<Tally, 'origin'>;

const NOTHING: Sum = Object.freeze({ departures: 0, late: 0, totalDelay: 0 });

/** Adds up the tallies of routes; airports stand in alphabetical order. */
export function toReport(tallies: readonly Tally[]): Report {
  const sums = new Map<string, Sum>();
  for (const tally of tallies) sums.set(tally.origin, add(sums.get(tally.origin) ?? NOTHING, tally));
  const sorted = [...sums].sort(([left], [right]) => (left < right ? -1 : 1));
  return {
    flights: sorted.reduce((count, [, { departures }]) => count + departures, 0),
    airports: Object.fromEntries(sorted.map(([airport, sum]) => [airport, toAirport(sum)])),
  };
}

/** The report as aligned lines: an airport each, and the whole below. */
export function toTable(report: Report): string {
  const airports = Object.entries(report.airports);
  const late = airports.reduce((sum, [, airport]) => sum + airport.late, 0);
  const rows = airports.map(([name, airport]) => toRow(name, airport));
  const cells = [HEAD, ...rows, [`${airports.length} airports`, String(report.flights), String(late), '']];
  // Names are read from the left, figures compared from the right.
  return toColumns(cells, (column) => column > 0);
}

/** Cells as aligned lines; `isRight` says which columns are aligned to the right. */
export function toColumns(
  cells: readonly (readonly string[])[],
  isRight: (column: number) => boolean = () => false,
): string {
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const align = (cell: string, column: number): string =>
    isRight(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return cells.map((row) => row.map(align).join('  ').trimEnd()).join('\n');
}

const HEAD = ['airport', 'departures', 'late', 'mean delay (min)'];

function toRow(name: string, airport: Airport): string[] {
  return [name, String(airport.departures), String(airport.late), airport.meanDelay.toFixed(1)];
}

function add(sum: Sum, { departures, late, totalDelay }: Tally): Sum {
  return {
    departures: sum.departures + departures,
    late: sum.late + late,
    totalDelay: sum.totalDelay + totalDelay,
  };
}

function toAirport({ departures, late, totalDelay }: Sum): Airport {
  return { departures, late, meanDelay: totalDelay / departures };
}
