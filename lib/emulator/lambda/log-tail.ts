/** The last few kilobytes of an invocation's log, which Invoke returns on request. */
import { LOG_TAIL_MAX_BYTES } from './limits.ts';

/** The log of one invocation. */
export interface LogTail {
  add(line: string): void;
  text(): string;
}

/** Keeps as many of the last lines as fit, however many are added. */
export function createLogTail(maxBytes = LOG_TAIL_MAX_BYTES): LogTail {
  let lines: string[] = [];
  let bytes = 0;

  function shrink(): void {
    const all = Buffer.from(lines.join(''), 'utf8');
    const last = all.length <= maxBytes ? all : all.subarray(all.length - maxBytes);
    lines = [last.toString('utf8')];
    bytes = last.length;
  }

  return {
    add(line) {
      lines.push(`${line}\n`);
      bytes += Buffer.byteLength(line) + 1;
      // Shrinking at double the size makes the cost of a line constant on average.
      if (bytes > 2 * maxBytes) shrink();
    },
    text() {
      shrink();
      return lines.join('');
    },
  };
}
