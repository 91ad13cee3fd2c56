/** What is asked before it is done. The browser's own dialog keeps the focus inside and closes on Esc. */
import type { ComponentChildren } from 'preact';
import { useContext, useEffect, useId, useRef, useState } from 'preact/hooks';
import { describe, Telling } from '../live.ts';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
  readonly wide?: boolean;
}

export function Dialog({ title, onClose, children, wide = false }: DialogProps) {
  const box = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    // Who opened it gets the focus back, also where the browser does not do it.
    const opener = document.activeElement;
    box.current?.showModal();
    return () => {
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  return (
    <dialog ref={box} class={wide ? 'wide' : ''} aria-labelledby={id} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      {children}
    </dialog>
  );
}

interface AskProps {
  readonly title: string;
  /** The button's words: what will be done. */
  readonly verb: string;
  readonly danger?: boolean;
  readonly wide?: boolean;
  /** It cannot be done yet; the field says why. */
  readonly blocked?: boolean;
  /**
   * Does it. The dialog tells what this resolves to and closes; it stays and shows why when this rejects, and
   * stays without a word where this resolves to undefined, since then something else is shown. Who has closed
   * it meanwhile is told all the same; `isOpen` says whether the reader still waits here.
   */
  readonly onConfirm: (isOpen: () => boolean) => Promise<string | undefined>;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
}

export function Ask({
  title,
  verb,
  danger = false,
  wide = false,
  blocked = false,
  onConfirm,
  onClose,
  children,
}: AskProps) {
  const tell = useContext(Telling);
  const [problem, setProblem] = useState<string>();
  const [busy, setBusy] = useState(false);
  const open = useRef(true);
  useEffect(
    () => () => {
      open.current = false;
    },
    [],
  );
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy || blocked) return;
    setBusy(true);
    setProblem(undefined);
    try {
      const told = await onConfirm(() => open.current);
      if (told === undefined) return setBusy(false);
      tell(told);
      // Another one may be open by now, with what was typed into it.
      if (open.current) onClose();
    } catch (error) {
      if (!open.current) return tell(describe(error), 'failed');
      setProblem(describe(error));
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose} wide={wide}>
      <form onSubmit={submit}>
        {children}
        {problem !== undefined && (
          <p class="notice tone-bad" role="alert">
            {problem}
          </p>
        )}
        <div class="buttons">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class={danger ? 'danger' : 'primary'} disabled={blocked} aria-disabled={busy}>
            {verb}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
