/** The next fires of schedules, one line each. */
import { useState } from 'preact/hooks';
import { FIRES_MAX } from '../../fires.ts';
import type { ScheduleRow } from '../../row.ts';
import { Choice } from '../parts/field.tsx';
import { toTimeTicks } from '../parts/scale.ts';
import { useWidth } from '../parts/width.ts';
import { plural, toClock, toTime } from '../text.ts';

const HOUR_MS = 3_600_000;
const SPANS: readonly (readonly [hours: string, title: string])[] = [
  ['1', 'Next hour'],
  ['6', 'Next 6 hours'],
  ['24', 'Next day'],
  ['168', 'Next 7 days'],
];
const LINE = 22;
const TOP = 20;
const LINES_MAX = 20;

export function Timeline({ schedules }: { readonly schedules: readonly ScheduleRow[] }) {
  const [hours, setHours] = useState('24');
  const [ref, width] = useWidth();
  const shown = schedules.slice(0, LINES_MAX);
  const left = width < 560 ? 104 : 190;
  const from = Date.now();
  const to = from + Number(hours) * HOUR_MS;
  const across = (at: number) => left + ((at - from) / (to - from)) * (width - left - 8);
  const height = TOP + shown.length * LINE + 4;
  return (
    <figure class="chart timeline">
      <figcaption>
        <h3>Next fires</h3>
        <Choice label="Span" value={hours} options={SPANS} onChange={setHours} />
      </figcaption>
      <div ref={ref} class="canvas">
        {width > 0 && (
          <svg width={width} height={height} role="img" aria-label={toSummary(shown, to)}>
            <Ticks from={from} to={to} across={across} width={width - left} height={height} />
            {shown.map((schedule, index) => (
              <Line
                key={schedule.name}
                schedule={schedule}
                y={TOP + index * LINE + 11}
                left={left}
                width={width}
              >
                {schedule.next.filter((at) => at <= to).map(across)}
              </Line>
            ))}
          </svg>
        )}
      </div>
    </figure>
  );
}

interface TicksProps {
  readonly from: number;
  readonly to: number;
  readonly across: (at: number) => number;
  readonly width: number;
  readonly height: number;
}

function Ticks({ from, to, across, width, height }: TicksProps) {
  const days = to - from > 36 * HOUR_MS;
  return (
    <g class="axes">
      {toTimeTicks(from, to, width, 80)
        .filter((tick) => across(tick) < across(to) - 12)
        .map((tick) => (
          <g key={tick}>
            <line x1={across(tick)} x2={across(tick)} y1={TOP - 4} y2={height} />
            <text x={across(tick)} y={11} text-anchor="middle">
              {days
                ? toTime(tick)
                    .replace(/ \d\d:\d\d:\d\d$/, '')
                    .replace(/:\d\d$/, '')
                : toClock(tick)}
            </text>
          </g>
        ))}
    </g>
  );
}

interface LineProps {
  readonly schedule: ScheduleRow;
  readonly y: number;
  readonly left: number;
  readonly width: number;
  readonly children: readonly number[];
}

function Line({ schedule: { name, paused, next }, y, left, width, children }: LineProps) {
  const last = children.at(-1);
  // More are to come than the desk has counted out, and they would fall into the span.
  const goesOn = children.length === FIRES_MAX && last !== undefined && last + 8 < width - 8;
  const letters = Math.floor((left - 12) / 6.6);
  return (
    <g class={paused ? 'fires paused' : 'fires'}>
      <text x={0} y={y + 4}>
        {name.length > letters ? `${name.slice(0, letters - 1)}…` : name}
      </text>
      <line x1={paused ? left + 48 : left} x2={width - 8} y1={y} y2={y} />
      {goesOn && <line class="on" x1={last + 9} x2={width - 8} y1={y} y2={y} />}
      {!paused && children.length === 0 && next[0] !== undefined && (
        <text class="note" x={width - 8} y={y - 3} text-anchor="end">
          {toTime(next[0])} →
        </text>
      )}
      {paused ? (
        <text class="note" x={left} y={y + 4}>
          paused
        </text>
      ) : (
        children.map((x) => <circle key={x} cx={x} cy={y} r={4} />)
      )}
    </g>
  );
}

function toSummary(schedules: readonly ScheduleRow[], to: number): string {
  const fires = schedules.map(({ name, paused, next }) =>
    paused ? `${name} is paused` : `${name}: ${plural(next.filter((at) => at <= to).length, 'fire')}`,
  );
  const known = `Fires in this span, of the next ${FIRES_MAX} of each`;
  return `${known}: ${fires.join('; ')}. The table below has the times.`;
}
