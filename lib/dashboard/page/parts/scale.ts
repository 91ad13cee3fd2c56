/** From figures to places in a drawing. */

export interface Scale {
  readonly ticks: readonly number[];
  readonly max: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Between a second and a day, durations are not round in tens. */
export const DURATIONS_MS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND_MS),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12, 24, 48, 96].map((hours) => hours * HOUR_MS),
];

/** From zero to the next round figure above, with about three lines between. */
export function toScale(max: number, steps: readonly number[] = []): Scale {
  if (!(max > 0)) return { ticks: [0], max: 1 };
  const rough = max / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const decimal = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const [least = Infinity] = steps;
  const step = (rough > least / 2 ? steps.find((candidate) => candidate >= rough) : undefined) ?? decimal;
  const count = Math.ceil(max / step - 1e-9);
  return { ticks: Array.from({ length: count + 1 }, (_, index) => index * step), max: count * step };
}

const STEPS_MS = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080].map(
  (minutes) => minutes * 60_000,
);

/** Round points in time in a span, about one per `every` pixels. */
export function toTimeTicks(from: number, to: number, width: number, every = 90): readonly number[] {
  const wanted = (to - from) / Math.max(1, width / every);
  const step = STEPS_MS.find((candidate) => candidate >= wanted) ?? STEPS_MS.at(-1) ?? 60_000;
  // Days begin at midnight where the reader is.
  const zone = new Date(from).getTimezoneOffset() * 60_000;
  const first = Math.ceil((from - zone) / step) * step + zone;
  const count = Math.max(0, Math.floor((to - first) / step) + 1);
  return Array.from({ length: count }, (_, index) => first + index * step);
}
