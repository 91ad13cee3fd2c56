/** `celeriac routes`: where a message would go, from the definitions alone; and which exchanges there are. */
import { fromJsonHeaders } from '../core/routing/header-codec.ts';
import { whereTo } from '../dashboard/where.ts';
import type { App } from '../define/app.ts';
import type { Answer } from './answer.ts';
import { EXIT } from './failure.ts';
import { readHeaders } from './given.ts';
import { cyan } from './paint.ts';
import { toTable } from './table.ts';

export interface RoutesOptions {
  readonly header?: readonly string[];
}

/** Without an exchange it lists them; the exit code is 1 where nobody would get the message. */
export function routes(app: App, options: RoutesOptions, exchange?: string, key = ''): Answer {
  if (exchange === undefined) return listExchanges(app);
  const answered = whereTo(app, exchange, key, fromJsonHeaders(readHeaders(options.header)));
  const { to, routed, alternate } = answered;
  const text = routed
    ? toTable(to, {
        kind: ({ kind }) => kind,
        name: ({ name }) => cyan(name),
        queue: ({ queue }) => queue,
        because: ({ because }) => because,
      })
    : `nobody: no binding of '${exchange}' takes the key '${key}'`;
  const note = alternate === undefined ? '' : `\nover the alternate exchange '${alternate}'`;
  return { value: answered, text: text + note, code: routed ? EXIT.ok : EXIT.failed };
}

function listExchanges(app: App): Answer {
  const value = app.exchanges.map(({ name, type, internal, ordered, alternate }) => {
    const bindings = app.bindings.filter((binding) => binding.exchange.name === name).length;
    return { name, type, bindings, internal, ordered, alternate: alternate?.name };
  });
  const text = toTable(
    value,
    {
      exchange: ({ name }) => cyan(name),
      type: ({ type }) => type,
      bindings: ({ bindings }) => bindings,
      internal: ({ internal }) => internal,
      ordered: ({ ordered }) => ordered,
      alternate: ({ alternate }) => alternate,
    },
    'the app has no exchanges',
  );
  return { value, text };
}
