/** What stands in for data: it is loading, there is none, it could not be had. */
import type { ComponentChildren } from 'preact';
import type { Live } from '../live.ts';

interface ShownProps<T> {
  readonly of: Live<T>;
  readonly children: (data: T) => ComponentChildren;
}

/** The data once it is there; a problem above the last data, not instead of it. */
export function Shown<T>({ of, children }: ShownProps<T>) {
  const { data, error } = of;
  return (
    <>
      {error && (
        <Problem title={data === undefined ? 'This could not be loaded' : 'Not up to date'} of={of} />
      )}
      {data === undefined && !error && <Loading />}
      {data !== undefined && children(data)}
    </>
  );
}

function Problem<T>({ title, of }: { readonly title: string; readonly of: Live<T> }) {
  return (
    <div class="notice tone-bad" role="alert">
      <div>
        <strong>{title}.</strong> {of.error?.message} {of.error?.hint} <code>{of.error?.code}</code>
      </div>
      <button type="button" onClick={of.refresh}>
        Try again
      </button>
    </div>
  );
}

function Loading() {
  return (
    <div class="loading" role="status">
      <span class="aside">Loading</span>
      <i />
      <i />
      <i />
    </div>
  );
}

export function Empty({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children && <p>{children}</p>}
    </div>
  );
}
