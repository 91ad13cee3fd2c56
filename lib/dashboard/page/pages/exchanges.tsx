/** Exchanges and their bindings, drawn and listed; where a message would go, and publishing one. */
import { useState } from 'preact/hooks';
import type { ExchangeRow } from '../../row.ts';
import { desk } from '../desk.ts';
import { useLive } from '../live.ts';
import { Head } from '../parts/head.tsx';
import { Empty, Shown } from '../parts/notice.tsx';
import { Tag } from '../parts/state.tsx';
import { type Column, Table } from '../parts/table.tsx';
import { useWidth } from '../parts/width.ts';
import { toHash } from '../place.ts';
import { BOX_HEIGHT, type Box, layOut, toLabel } from './topology.ts';
import { TryMessage } from './try-message.tsx';

export function ExchangesPage() {
  const exchanges = useLive('exchanges', desk.exchanges, 30_000);
  const [reached, setReached] = useState<ReadonlySet<string>>(new Set());
  return (
    <>
      <Head title="Exchanges" about="What is published to an exchange goes along its bindings." />
      <Shown of={exchanges}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty title="This app has no exchanges">Its tasks are sent to their queues.</Empty>
          ) : (
            <>
              <TryMessage exchanges={rows} onReached={setReached} />
              <h2>Topology</h2>
              <Topology exchanges={rows} reached={reached} />
              <h2>Bindings</h2>
              <Table label="Exchanges" columns={COLUMNS} rows={rows} keyOf={({ name }) => name} />
            </>
          )
        }
      </Shown>
    </>
  );
}

const COLUMNS: readonly Column<ExchangeRow>[] = [
  { head: 'Exchange', cell: ({ name }) => <b>{name}</b> },
  {
    head: 'Type',
    cell: ({ type, ordered, internal }) => (
      <>
        {type} {ordered && <Tag>ordered</Tag>} {internal && <Tag>internal</Tag>}
      </>
    ),
  },
  { head: 'Carried by', cell: ({ carrier }) => carrier },
  { head: 'Alternate', cell: ({ alternate }) => alternate },
  {
    head: 'Bindings',
    wide: true,
    cell: ({ bindings }) => (
      <ul class="plain">
        {bindings.map((binding) => (
          <li key={`${toLabel(binding)} ${binding.to.kind} ${binding.to.name}`}>
            {toLabel(binding) && <code>{toLabel(binding)}</code>} → {binding.to.kind} {binding.to.name}
          </li>
        ))}
      </ul>
    ),
  },
];

interface TopologyProps {
  readonly exchanges: readonly ExchangeRow[];
  readonly reached: ReadonlySet<string>;
}

function Topology({ exchanges, reached }: TopologyProps) {
  const [ref, room] = useWidth();
  const { boxes, arrows, width, height } = layOut(exchanges, room);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to take the focus.
    <section class="drawing" aria-label="Topology" tabIndex={0}>
      <div ref={ref}>
        <svg
          width={width}
          height={height}
          role="img"
          aria-label="Exchanges, and where each binding leads; the table below says the same"
        >
          <defs>
            <Tip id="tip" />
            <Tip id="tip-taken" taken />
          </defs>
          {arrows.map(({ key, path, alternate, joins }) => (
            <path
              key={key}
              class={`arrow${alternate ? ' alternate' : ''}${reached.has(joins) ? ' taken' : ''}`}
              d={path}
              marker-end={`url(#tip${reached.has(joins) ? '-taken' : ''})`}
            />
          ))}
          {arrows.map(({ key, label, x, y, joins }) => (
            <text
              key={key}
              class={`arrow-label${reached.has(joins) ? ' taken' : ''}`}
              x={x}
              y={y}
              text-anchor="end"
            >
              {label}
            </text>
          ))}
          {boxes.map((box) => (
            <BoxShape key={box.key} box={box} reached={reached.has(box.key)} />
          ))}
        </svg>
      </div>
    </section>
  );
}

function Tip({ id, taken = false }: { readonly id: string; readonly taken?: boolean }) {
  return (
    <marker
      id={id}
      viewBox="0 0 8 8"
      refX="1"
      refY="4"
      markerWidth="8"
      markerHeight="8"
      markerUnits="userSpaceOnUse"
      orient="auto"
    >
      <path class={taken ? 'tip taken' : 'tip'} d="M0 0L8 4L0 8z" />
    </marker>
  );
}

function BoxShape({ box, reached }: { readonly box: Box; readonly reached: boolean }) {
  const { x, y, width, kind, name, note } = box;
  const shape = (
    <g class={`box ${kind}${reached ? ' reached' : ''}`}>
      <rect x={x} y={y} width={width} height={BOX_HEIGHT} rx={kind === 'exchange' ? BOX_HEIGHT / 2 : 5} />
      <text x={x + width / 2} y={y + 17} text-anchor="middle">
        {name}
      </text>
      <text class="note" x={x + width / 2} y={y + 31} text-anchor="middle">
        {note}
      </text>
    </g>
  );
  return kind === 'queue' ? <a href={toHash(['queues', name])}>{shape}</a> : shape;
}
