/** Questions that are asked again every few seconds while somebody looks, and actions with their outcome. */
import { createContext } from 'preact';
import { useContext, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { DeskError } from './desk.ts';

export interface Live<T> {
  /** The last answer to this question; undefined before the first. */
  readonly data: T | undefined;
  /** Why the last attempt failed; the last answer is still shown. */
  readonly error: DeskError | undefined;
  readonly refresh: () => void;
}

const POLL_MS = 3_000;
/** Depths and peeks cost calls that AWS charges for. */
export const SLOW_POLL_MS = 10_000;

/** false: the reader has paused all updates. */
export const Updating = createContext(true);

interface Answer<T> {
  readonly key: string;
  readonly data?: T;
  readonly written?: string | undefined;
  readonly error?: DeskError;
}

/** Asks at once, whenever `key` (the question) is another one, and again and again. */
export function useLive<T>(key: string, load: () => Promise<T>, everyMs: number = POLL_MS): Live<T> {
  const updating = useContext(Updating);
  const [answer, setAnswer] = useState<Answer<T>>({ key });
  const loader = useRef(load);
  loader.current = load;
  const mayPoll = useRef(updating);
  const asking = useRef<() => void>(() => {});
  const polling = useRef<() => void>(() => {});

  useEffect(() => {
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = 0;
    // Somebody waits for the answer; a poll's nobody does, who has paused them.
    let wanted = false;
    const ask = async () => {
      clearTimeout(timer);
      last += 1;
      const mine = last;
      const got = await loader.current().then(toData, toProblem);
      // A later question has overtaken this one.
      if (over || mine !== last || !(wanted || mayPoll.current)) return;
      wanted = false;
      setAnswer((before) => merged(before, key, got));
      if (mayPoll.current) timer = setTimeout(poll, everyMs);
    };
    const poll = () => {
      // Nobody looks: the page asks as soon as somebody does.
      if (mayPoll.current && !document.hidden) void ask();
    };
    polling.current = poll;
    asking.current = () => {
      wanted = true;
      void ask();
    };
    document.addEventListener('visibilitychange', poll);
    asking.current();
    return () => {
      over = true;
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', poll);
    };
  }, [key, everyMs]);

  useLayoutEffect(() => {
    const resumed = updating && !mayPoll.current;
    mayPoll.current = updating;
    if (resumed) polling.current();
  }, [updating]);

  const refresh = () => asking.current();
  // An answer to the question before is not one to this.
  if (answer.key !== key) return { data: undefined, error: undefined, refresh };
  return { data: answer.data, error: answer.error, refresh };
}

/** Tells of an outcome, aloud too. */
export type Tell = (text: string, kind?: 'done' | 'failed') => void;
export const Telling = createContext<Tell>(() => {});

export interface Action {
  /** For `aria-disabled`: a button that is disabled loses the focus, which is all that a keyboard has. */
  readonly busy: boolean;
  /**
   * Does it, tells what it resolves to or why it failed, and resolves to whether it went well; does nothing
   * while something else is still done.
   */
  readonly run: (work: () => Promise<string | undefined>) => Promise<boolean>;
}

export function useAction(after: () => void = () => {}): Action {
  const tell = useContext(Telling);
  const [busy, setBusy] = useState(false);
  const working = useRef(false);
  const run = async (work: () => Promise<string | undefined>) => {
    if (working.current) return false;
    working.current = true;
    setBusy(true);
    try {
      const told = await work();
      if (told !== undefined) tell(told);
      after();
      return true;
    } catch (error) {
      tell(describe(error), 'failed');
      return false;
    } finally {
      working.current = false;
      setBusy(false);
    }
  };
  return { busy, run };
}

/** Of a button that acts at once: the second click of a double click would do it twice, or undo it. */
export function single(act: () => unknown): (event: MouseEvent) => void {
  return (event) => {
    if (event.detail < 2) act();
  };
}

export function describe(error: unknown): string {
  if (error instanceof DeskError)
    return error.hint === undefined ? error.message : `${error.message} ${error.hint}`;
  return error instanceof Error ? error.message : String(error);
}

function toData<T>(data: T): { readonly data: T } {
  return { data };
}

function toProblem(error: unknown): { readonly error: DeskError } {
  return { error: error instanceof DeskError ? error : new DeskError('PAGE', describe(error)) };
}

/** The same answer as before changes nothing, so nothing is drawn anew. */
function merged<T>(
  before: Answer<T>,
  key: string,
  got: { readonly data: T } | { readonly error: DeskError },
): Answer<T> {
  const same = before.key === key ? before : { key };
  if ('error' in got) return { ...same, error: got.error };
  const written = JSON.stringify(got.data);
  if (same.written === written && same.error === undefined) return before;
  return { key, data: got.data, written };
}
