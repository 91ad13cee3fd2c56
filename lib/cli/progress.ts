/** How far a long command is, drawn on stderr where that is a terminal; elsewhere nothing is written. */

/** Where it is drawn: `process.stderr`, or a stub. */
export interface Screen {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Progress {
  /** Says how far it is. */
  at(done: number, total: number): void;
  /** Says that it goes on, and for how long it has. */
  spin(): void;
  /** Removes the bar, so that what is printed next stands alone. */
  clear(): void;
}

const WIDTH = 24;
const DEFAULT_COLUMNS = 80;
const FULL = '█';
const REST = '░';

/** A bar called `title`. */
export function createProgress(title: string, screen: Screen = process.stderr): Progress {
  if (screen.isTTY !== true) return { at() {}, spin() {}, clear() {} };
  let drawn = '';
  let timer: NodeJS.Timeout | undefined;
  const draw = (line: string): void => {
    const cut = line.slice(0, screen.columns ?? DEFAULT_COLUMNS);
    if (cut === drawn) return;
    drawn = cut;
    screen.write(`\r\u001b[K${cut}`);
  };
  return {
    at(done, total) {
      const share = total === 0 ? 1 : Math.min(1, done / total);
      draw(`${title} ${toBar(share)} ${done} of ${total}`);
    },
    spin() {
      const start = Date.now();
      let turns = 0;
      const turn = (): void => {
        const sign = SPINNER[turns++ % SPINNER.length] ?? '';
        draw(`${sign} ${title} ${Math.floor((Date.now() - start) / 1_000)} s`);
      };
      turn();
      // What is waited for keeps the process, not the spinner.
      timer = setInterval(turn, TURN_MS).unref();
    },
    clear() {
      clearInterval(timer);
      if (drawn !== '') screen.write('\r\u001b[K');
      drawn = '';
    },
  };
}

const SPINNER = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
const TURN_MS = 100;

/** Without colours: a line that is cut must not end in the middle of a sign of them. */
function toBar(share: number): string {
  const full = Math.round(share * WIDTH);
  return FULL.repeat(full) + REST.repeat(WIDTH - full);
}
