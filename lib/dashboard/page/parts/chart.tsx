/**
 * Figures over time, drawn as SVG. Sixty points a line are little, so a library for millions of them would be
 * most of the page; SVG takes its colours from the style sheet, and thereby follows light and dark.
 */
import { useState } from 'preact/hooks';
import { toClock } from '../text.ts';
import { DURATIONS_MS, type Scale, toScale, toTimeTicks } from './scale.ts';
import { useWidth } from './width.ts';

export interface Series {
  readonly name: string;
  /** A class of the style sheet: `ink-success`. */
  readonly ink: string;
  readonly values: readonly (number | undefined)[];
}

interface ChartProps {
  readonly title: string;
  readonly at: readonly number[];
  readonly series: readonly Series[];
  readonly kind: 'bars' | 'lines';
  readonly format: (value: number) => string;
  /** The figures are milliseconds, and lines stand at round times. */
  readonly durations?: boolean;
  readonly note?: string;
}

const HEIGHT = 132;
/** Beside the labels of the figures: at least so much, and what the longest of them needs. */
const LEFT_MIN = 46;
const LETTER = 6.2;
const BOTTOM = 18;
const TOP = 8;

interface Frame {
  readonly width: number;
  readonly left: number;
  readonly scale: Scale;
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
  readonly step: number;
}

export function Chart(props: ChartProps) {
  const { title, at, series, kind, format, note } = props;
  const [ref, width] = useWidth();
  const [cursor, setCursor] = useState<number>();
  const frame = toFrame(props, width);
  const index = cursor === undefined ? at.length - 1 : Math.min(cursor, at.length - 1);
  return (
    <figure class="chart">
      <figcaption>
        <h3>{title}</h3>
        <span class="dim">{cursor === undefined ? note : toClock(at[index] ?? 0)}</span>
      </figcaption>
      <Legend series={series} index={index} format={format} />
      <div ref={ref} class="canvas">
        {width > 0 && at.length > 0 && (
          <svg
            width={width}
            height={HEIGHT}
            role="img"
            aria-label={`${title}: ${toSummary(series, format)}. Arrow keys read single minutes.`}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys move the cursor, as the label says.
            tabIndex={0}
            onPointerMove={(event) => setCursor(toIndex(event, frame, at.length))}
            onPointerLeave={() => setCursor(undefined)}
            onBlur={() => setCursor(undefined)}
            onKeyDown={(event) => {
              const move = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0;
              if (move !== 0) setCursor(Math.max(0, Math.min(at.length - 1, index + move)));
            }}
          >
            <Axes frame={frame} at={at} format={format} />
            {kind === 'bars' ? (
              <Bars series={series} frame={frame} />
            ) : (
              <Lines series={series} frame={frame} />
            )}
            {cursor !== undefined && (
              <line class="cursor" x1={frame.x(index)} x2={frame.x(index)} y1={TOP} y2={HEIGHT - BOTTOM} />
            )}
          </svg>
        )}
      </div>
    </figure>
  );
}

interface LegendProps {
  readonly series: readonly Series[];
  readonly index: number;
  readonly format: (value: number) => string;
}

function Legend({ series, index, format }: LegendProps) {
  return (
    <ul class="legend" aria-live="polite">
      {series.map(({ name, ink, values }) => {
        const value = values[index];
        return (
          <li key={name}>
            <i class={ink} aria-hidden="true" /> {name} <b>{value === undefined ? '–' : format(value)}</b>
          </li>
        );
      })}
    </ul>
  );
}

interface AxesProps {
  readonly frame: Frame;
  readonly at: readonly number[];
  readonly format: (value: number) => string;
}

function Axes({ frame, at, format }: AxesProps) {
  const from = at[0] ?? 0;
  const to = at.at(-1) ?? from;
  const across = (time: number) =>
    frame.x(0) + ((time - from) / Math.max(1, to - from)) * (frame.x(at.length - 1) - frame.x(0));
  return (
    <g class="axes">
      {frame.scale.ticks.map((tick) => (
        <g key={tick}>
          <line x1={frame.left} x2={frame.width} y1={frame.y(tick)} y2={frame.y(tick)} />
          <text x={frame.left - 6} y={frame.y(tick) + 3.5} text-anchor="end">
            {tick === 0 ? '0' : format(tick)}
          </text>
        </g>
      ))}
      {toTimeTicks(from, to, frame.width - frame.left)
        .filter((tick) => across(tick) > frame.left + 14 && across(tick) < frame.width - 16)
        .map((tick) => (
          <text key={tick} x={across(tick)} y={HEIGHT - 4} text-anchor="middle">
            {toClock(tick)}
          </text>
        ))}
    </g>
  );
}

function Bars({ series, frame }: { readonly series: readonly Series[]; readonly frame: Frame }) {
  const below: number[] = [];
  return (
    <>
      {series.map(({ name, ink, values }) => (
        <path
          key={name}
          class={`bar ${ink}`}
          d={values
            .map((value = 0, index) => {
              const base = below[index] ?? 0;
              below[index] = base + value;
              if (value === 0) return '';
              const half = Math.max(0.5, frame.step * 0.38);
              const [low, high] = [frame.y(base), frame.y(base + value)];
              return `M${frame.x(index) - half} ${low}V${high}h${half * 2}V${low}z`;
            })
            .join('')}
        />
      ))}
    </>
  );
}

function Lines({ series, frame }: { readonly series: readonly Series[]; readonly frame: Frame }) {
  return (
    <>
      {series.map(({ name, ink, values }) => (
        <g key={name} class={ink}>
          <path class="trace" d={toPath(values, frame)} />
          {toLone(values).map((index) => (
            <circle key={index} class="dot" cx={frame.x(index)} cy={frame.y(values[index] ?? 0)} r={3} />
          ))}
        </g>
      ))}
    </>
  );
}

/** Where a figure stands between two gaps: no line leads there, so it is a dot. */
function toLone(values: readonly (number | undefined)[]): readonly number[] {
  return values.flatMap((value, index) =>
    value !== undefined && values[index - 1] === undefined && values[index + 1] === undefined ? [index] : [],
  );
}

/** A minute without a figure is a gap. */
function toPath(values: readonly (number | undefined)[], frame: Frame): string {
  return values
    .map((value, index) => {
      if (value === undefined) return '';
      const point = `${frame.x(index).toFixed(1)} ${frame.y(value).toFixed(1)}`;
      return index > 0 && values[index - 1] !== undefined ? `L${point}` : `M${point}`;
    })
    .join('');
}

function toFrame({ at, series, kind, format, durations = false }: ChartProps, width: number): Frame {
  const sums = at.map((_, index) => {
    const values = series.map(({ values }) => values[index] ?? 0);
    return kind === 'bars' ? values.reduce((sum, value) => sum + value, 0) : Math.max(0, ...values);
  });
  const scale = toScale(Math.max(0, ...sums), durations ? DURATIONS_MS : undefined);
  const letters = Math.max(...scale.ticks.map((tick) => (tick === 0 ? 1 : format(tick).length)));
  const left = Math.max(LEFT_MIN, Math.ceil(letters * LETTER) + 8);
  const step = (width - left) / Math.max(1, at.length);
  return {
    width,
    left,
    scale,
    step,
    x: (index) => left + step * (index + 0.5),
    y: (value) => HEIGHT - BOTTOM - (value / scale.max) * (HEIGHT - BOTTOM - TOP),
  };
}

function toIndex(event: PointerEvent, frame: Frame, count: number): number {
  const index = Math.floor((event.offsetX - frame.left) / frame.step);
  return Math.max(0, Math.min(count - 1, index));
}

function toSummary(series: readonly Series[], format: (value: number) => string): string {
  return series
    .map(({ name, values }) => {
      const known = values.filter((value) => value !== undefined);
      return known.length === 0
        ? `${name} not known`
        : `${name} now ${format(known.at(-1) ?? 0)}, at most ${format(Math.max(...known))}`;
    })
    .join('; ');
}
