/** The demo's figures: tallies of chunks added up, as a table for people and as JSON for programs. */
import { NOTHING, type Tally } from './flights.ts';

/** What is said about one airport; the delay in minutes. */
export interface Airport {
  readonly departures: number;
  readonly late: number;
  readonly meanDelay: number;
}

export interface Report {
  readonly flights: number;
  readonly airports: Readonly<Record<string, Airport>>;
}

/** Adds the tallies of all chunks; airports stand in alphabetical order. */
export function toReport(chunks: readonly Readonly<Record<string, Tally>>[]): Report {
  const sums = new Map<string, Tally>();
  for (const [airport, tally] of chunks.flatMap((chunk) => Object.entries(chunk))) {
    sums.set(airport, add(sums.get(airport) ?? NOTHING, tally));
  }
  const sorted = [...sums].sort(([left], [right]) => (left < right ? -1 : 1));
  return {
    flights: sorted.reduce((count, [, { departures }]) => count + departures, 0),
    airports: Object.fromEntries(sorted.map(([airport, tally]) => [airport, toAirport(tally)])),
  };
}

/** The report as aligned lines: an airport each, and the whole below. */
export function toTable(report: Report): string {
  const airports = Object.entries(report.airports);
  const late = airports.reduce((sum, [, airport]) => sum + airport.late, 0);
  const rows = airports.map(([name, airport]) => toRow(name, airport));
  const cells = [HEAD, ...rows, [`${airports.length} airports`, String(report.flights), String(late), '']];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  // Names are read from the left, figures compared from the right.
  const align = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return cells.map((row) => row.map(align).join('  ').trimEnd()).join('\n');
}

const HEAD = ['airport', 'departures', 'late', 'mean delay (min)'];

function toRow(name: string, airport: Airport): string[] {
  return [name, String(airport.departures), String(airport.late), airport.meanDelay.toFixed(1)];
}

function add(left: Tally, right: Tally): Tally {
  return {
    departures: left.departures + right.departures,
    late: left.late + right.late,
    totalDelay: left.totalDelay + right.totalDelay,
  };
}

function toAirport({ departures, late, totalDelay }: Tally): Airport {
  return { departures, late, meanDelay: totalDelay / departures };
}
