/**
 * What stands around every call of a service: counting, and the hook of a fault plan. The models know of
 * neither.
 */
import type { Caller, Input, Output, Service } from './service.ts';
import type { CallSource, Counters } from './trace.ts';

/** A call on its way to a service's model, as a fault plan sees it. */
export interface ServiceCall {
  readonly service: string;
  readonly operation: string;
  readonly input: Input;
  readonly caller: Caller;
  readonly source: CallSource;
}

/** Stands around a call; what `proceed` resolves to is the service's answer. */
export interface OnCall {
  (call: ServiceCall, proceed: () => Promise<Output>): Promise<Output>;
  /** Says that it would do nothing now: it is not called then, so an answer at once stays one. */
  readonly idle?: () => boolean;
}

/** A service whose answers may come later than its model gives them. */
export type Instrumented<S extends Service> = Omit<S, 'call'> & Service;

/** Wraps a service, keeping its other members. Without a hook, an answer that comes at once still does. */
export function instrument<S extends Service>(
  name: string,
  service: S,
  source: CallSource,
  counters: Counters,
  onCall?: OnCall,
): Instrumented<S> {
  function answered(operation: string, input: Input, output: Output): Output {
    const items = toItems(operation, input, output);
    counters.count(source, name, operation, { errors: 0, items, empty: items === 0 ? 1 : 0 });
    return output;
  }
  function failed(operation: string, input: Input, error: unknown): never {
    counters.count(source, name, operation, { errors: 1, items: toItems(operation, input, {}), empty: 0 });
    throw error;
  }
  function call(operation: string, input: Input, caller: Caller): Output | Promise<Output> {
    try {
      const output =
        onCall === undefined || onCall.idle?.() === true
          ? service.call(operation, input, caller)
          : onCall({ service: name, operation, input, caller, source }, async () =>
              service.call(operation, input, caller),
            );
      if (!(output instanceof Promise)) return answered(operation, input, output);
      return output.then(
        (value) => answered(operation, input, value),
        (error: unknown) => failed(operation, input, error),
      );
    } catch (error) {
      return failed(operation, input, error);
    }
  }
  return { ...service, call };
}

const LISTS = ['Entries', 'PublishBatchRequestEntries', 'TransactItems', 'Statements'] as const;

/** How much a call carries: the entries of a batch, the messages of a receive, else 1. */
function toItems(operation: string, input: Input, output: Output): number {
  if (operation === 'ReceiveMessage') return Array.isArray(output.Messages) ? output.Messages.length : 0;
  const list = LISTS.map((name) => input[name]).find(Array.isArray);
  return Array.isArray(list) ? list.length : 1;
}
