/** A message that is tried out: where it would go, and publishing it. */
import { useContext, useRef, useState } from 'preact/hooks';
import type { Json } from '../../../core/json.ts';
import type { ExchangeRow, RouteAnswer } from '../../row.ts';
import { desk } from '../desk.ts';
import { useInfo } from '../info.ts';
import { describe, Telling } from '../live.ts';
import { Ask } from '../parts/dialog.tsx';
import { Choice, Field, TextField } from '../parts/field.tsx';
import { jsonProblem, plural } from '../text.ts';
import { toTaken } from './topology.ts';

interface TryProps {
  readonly exchanges: readonly ExchangeRow[];
  /** Told of what the message takes: boxes and arrows, as `toTaken` names them. */
  readonly onReached: (keys: ReadonlySet<string>) => void;
}

export function TryMessage({ exchanges, onReached }: TryProps) {
  const { readOnly } = useInfo();
  const [exchange, setExchange] = useState(exchanges[0]?.name ?? '');
  const [key, setKey] = useState('');
  const [headers, setHeaders] = useState('');
  const [answer, setAnswer] = useState<RouteAnswer>();
  const [publishing, setPublishing] = useState(false);
  const tell = useContext(Telling);
  const parsed = parseHeaders(headers);
  // An answer that comes late is one to what was asked, which may be another message by then.
  const asked = useRef(0);
  const show = (next: RouteAnswer | undefined) => {
    setAnswer(next);
    onReached(toTaken(next));
  };
  const ask = (event: Event) => {
    event.preventDefault();
    if (parsed === undefined) return;
    const mine = ++asked.current;
    const isAsked = () => mine === asked.current;
    desk.route(exchange, key, parsed).then(
      (next) => isAsked() && show(next),
      (error) => isAsked() && tell(describe(error), 'failed'),
    );
  };
  const clearing = (set: (value: string) => void) => (value: string) => {
    set(value);
    asked.current++;
    show(undefined);
  };
  return (
    <section aria-label="Where would this message go?" class="panel">
      <h2>Where would this message go?</h2>
      <form class="filter" onSubmit={ask}>
        <Choice
          label="Exchange"
          value={exchange}
          options={exchanges.map(({ name }) => name)}
          onChange={clearing(setExchange)}
        />
        <Field
          label="Routing key"
          mono
          value={key}
          onInput={clearing(setKey)}
          placeholder="order.eu.created"
        />
        <Field
          label="Headers (JSON)"
          mono
          value={headers}
          onInput={clearing(setHeaders)}
          placeholder={'{"region": "eu"}'}
          {...(parsed === undefined ? { hint: 'This is not a JSON object.' } : {})}
        />
        <div class="buttons">
          <button type="submit" class="primary" disabled={parsed === undefined}>
            Show
          </button>
          {!readOnly && (
            <button type="button" disabled={parsed === undefined} onClick={() => setPublishing(true)}>
              Publish…
            </button>
          )}
        </div>
      </form>
      <div aria-live="polite">{answer && <Route answer={answer} />}</div>
      {publishing && parsed && (
        <Publish
          exchange={exchange}
          routingKey={key}
          headers={parsed}
          onRouted={show}
          onClose={() => setPublishing(false)}
        />
      )}
    </section>
  );
}

function Route({ answer }: { readonly answer: RouteAnswer }) {
  return (
    <>
      {answer.alternate && <p>It takes the alternate exchange {answer.alternate}.</p>}
      {answer.to.length === 0 ? (
        <p class="notice tone-warn">No binding matches: the message would be returned or dropped.</p>
      ) : (
        <ul class="plain route">
          {answer.to.map(({ kind, name, queue, because }) => (
            <li key={`${kind} ${name} ${queue}`}>
              <b>
                {kind} {name}
              </b>{' '}
              {queue !== name && <>in queue {queue} </>}
              <code>{because}</code>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

interface PublishProps {
  readonly exchange: string;
  readonly routingKey: string;
  readonly headers: Readonly<Record<string, Json>>;
  readonly onRouted: (route: RouteAnswer) => void;
  readonly onClose: () => void;
}

function Publish({ exchange, routingKey, headers, onRouted, onClose }: PublishProps) {
  const [body, setBody] = useState('{}');
  const problem = jsonProblem(body);
  const confirm = async (isOpen: () => boolean) => {
    const { messageId, route } = await desk.publish(exchange, routingKey, body, headers);
    if (isOpen()) onRouted(route);
    return `Published ${messageId}; it goes to ${plural(route.to.length, 'taker')}.`;
  };
  return (
    <Ask
      title={`Publish to ${exchange}`}
      verb="Publish"
      wide
      blocked={problem !== undefined}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>
        Routing key <code>{routingKey === '' ? '(empty)' : routingKey}</code>
        {Object.keys(headers).length > 0 && (
          <>
            , headers <code>{JSON.stringify(headers)}</code>
          </>
        )}
      </p>
      <TextField label="Message (JSON)" value={body} onInput={setBody} problem={problem} />
    </Ask>
  );
}

function parseHeaders(text: string): Readonly<Record<string, Json>> | undefined {
  if (text.trim() === '') return {};
  if (jsonProblem(text) !== undefined) return undefined;
  const value: unknown = JSON.parse(text);
  // What JSON.parse has made is JSON, and an object that is no list.
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, Json>>)
    : undefined;
}
