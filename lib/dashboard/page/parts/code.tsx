/** JSON and stacks as they are, to read and to copy. */
import { useContext, useState } from 'preact/hooks';
import type { RunError } from '../../row.ts';
import { Telling } from '../live.ts';
import { toCount, toPretty } from '../text.ts';

/** More than this makes the page slow and nobody reads it at once. */
const SHOWN_MAX = 20_000;

interface CodeProps {
  readonly label: string;
  readonly text: string;
}

export function Code({ label, text }: CodeProps) {
  const tell = useContext(Telling);
  const [whole, setWhole] = useState(false);
  const pretty = toPretty(text);
  const cut = !whole && pretty.length > SHOWN_MAX;
  const copy = async () => {
    await navigator.clipboard.writeText(pretty).then(
      () => tell(`${label} copied.`),
      () => tell('The browser does not let this page copy.', 'failed'),
    );
  };
  return (
    <section class="code" aria-label={label}>
      <header>
        <h3>{label}</h3>
        <button type="button" class="quiet" onClick={copy}>
          Copy
        </button>
      </header>
      {/* A long text is scrolled by keyboard too. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to take the focus. */}
      <pre tabIndex={0}>{cut ? pretty.slice(0, SHOWN_MAX) : pretty}</pre>
      {cut && (
        <button type="button" onClick={() => setWhole(true)}>
          Show all {toCount(pretty.length)} characters
        </button>
      )}
    </section>
  );
}

export function ErrorText({ error }: { readonly error: RunError }) {
  return (
    <div class="error-text">
      <p>
        <strong>{error.name}</strong>
        {error.code && error.code !== error.name && <code>{error.code}</code>}: {error.message}
      </p>
      {error.stack && <Code label="Stack" text={error.stack} />}
    </div>
  );
}
