/** How far a long command is, drawn on stderr where that is a terminal; elsewhere nothing is written. */
import { cyan, dim } from './paint.ts';

/** Where it is drawn: `process.stderr`, or a stub. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  /** Says how far it is; without `total` only that it goes on. */
  at(done: number, total?: number, note?: string): void;
  /** Removes the bar, so that what is printed next stands alone. */
  clear(): void;
}

const WIDTH = 24;
const DEFAULT_COLUMNS = 80;
const FULL = '█';
const REST = '░';

/** A bar called `title`. */
export function createProgress(title: string, screen: Screen = process.stderr): Progress {
  if (screen.isTTY !== true) return { at() {}, clear() {} };
  let drawn = '';
  return {
    at(done, total, note = '') {
      const share = total === undefined || total === 0 ? undefined : Math.min(1, done / total);
      const count = total === undefined ? String(done) : `${done} of ${total}`;
      const words = `${count}${note === '' ? '' : `  ${note}`}`.slice(
        0,
        Math.max(0, (screen.columns ?? DEFAULT_COLUMNS) - title.length - WIDTH - 4),
      );
      const line = `${title} ${share === undefined ? '' : `${toBar(share)} `}${words}`;
      if (line === drawn) return;
      drawn = line;
      screen.write(`\r\u001b[K${line}`);
    },
    clear() {
      if (drawn !== '') screen.write('\r\u001b[K');
      drawn = '';
    },
  };
}

function toBar(share: number): string {
  const full = Math.round(share * WIDTH);
  return cyan(FULL.repeat(full)) + dim(REST.repeat(WIDTH - full));
}
