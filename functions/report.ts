/** The demo's figures: tallies of flights added up, as a table for people and as JSON for programs. */
import type { Airport, Report, Tally } from './flights.ts';

interface Sum {
  readonly departures: number;
  readonly late: number;
  readonly totalDelay: number;
}

const NOTHING: Sum = Object.freeze({ departures: 0, late: 0, totalDelay: 0 });

/** Adds up the tallies of flights; airports stand in alphabetical order. */
export function toReport(tallies: readonly Tally[]): Report {
  const sums = new Map<string, Sum>();
  for (const tally of tallies) sums.set(tally.origin, add(sums.get(tally.origin) ?? NOTHING, tally));
  const sorted = [...sums].sort(([left], [right]) => (left < right ? -1 : 1));
  return {
    flights: tallies.length,
    airports: Object.fromEntries(sorted.map(([airport, sum]) => [airport, toAirport(sum)])),
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

function add(sum: Sum, { late, delay }: Tally): Sum {
  return {
    departures: sum.departures + 1,
    late: sum.late + (late ? 1 : 0),
    totalDelay: sum.totalDelay + delay,
  };
}

function toAirport({ departures, late, totalDelay }: Sum): Airport {
  return { departures, late, meanDelay: totalDelay / departures };
}
