/** Puts pieces of output together to lines, for each stream on its own. */
import type { LineSink } from './runner.ts';

/**
 * A process that prints without a line break for ever must not fill the memory: longer lines are cut here.
 */
const LINE_MAX_CHARS = 256 * 1024;

/** The output of one environment. */
export interface LineSplitter {
  add(stream: 'stdout' | 'stderr', text: string): void;
  /** Hands on what has no line break yet. */
  flush(): void;
}

/** Makes a splitter that calls `sink` for each line, without its break. */
export function createLineSplitter(sink: LineSink): LineSplitter {
  const rest = { stdout: '', stderr: '' };
  return {
    add(stream, text) {
      const lines = (rest[stream] + text).split('\n');
      const last = lines.pop() ?? '';
      for (const line of lines) sink(stream, line.endsWith('\r') ? line.slice(0, -1) : line);
      rest[stream] = last;
      if (last.length <= LINE_MAX_CHARS) return;
      rest[stream] = '';
      sink(stream, last);
    },
    flush() {
      for (const stream of ['stdout', 'stderr'] as const) {
        const text = rest[stream];
        rest[stream] = '';
        if (text !== '') sink(stream, text);
      }
    },
  };
}
