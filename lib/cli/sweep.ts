/**
 * `celeriac sweep`: removes the reply queues that died clients have left behind. A living client says every
 * five minutes, while its calls wait, that it lives: with `--older-than` well above that, no reply is lost.
 */
import { CONSOLE_LOG, MACHINE_CLOCK } from '../aws/machine.ts';
import { createReplyQueues } from '../aws/reply-queues.ts';
import { createSdk, REPLY_COMMANDS } from '../aws/sdk.ts';
import { spaceProblems } from '../define/name.ts';
import { report } from '../define/problem.ts';
import { type Swept, sweepReplies } from '../runtime/sweep.ts';
import { readDuration } from './given.ts';
import { toPlace } from './place.ts';

export interface SweepCommandOptions {
  readonly app: string;
  readonly stage?: string;
  readonly olderThan: string;
  readonly endpoint?: string;
  readonly region?: string;
  readonly json?: boolean;
}

/** Sweeps once; the exit code is 1 when a queue that should go could not be removed. */
export async function sweep(options: SweepCommandOptions): Promise<void> {
  const { app, json = false } = options;
  const { stage, ...place } = toPlace(options);
  report(app, [...spaceProblems('app', app), ...spaceProblems('stage', stage)]);
  const afterMs = readDuration('--older-than', options.olderThan);
  const sdk = createSdk(place, REPLY_COMMANDS);
  try {
    const replies = createReplyQueues(sdk.call, { app, stage });
    const log = json ? () => {} : CONSOLE_LOG;
    const swept = await sweepReplies({ clock: MACHINE_CLOCK, replies, log }, { app, stage }, afterMs);
    process.stdout.write(json ? `${JSON.stringify(swept)}\n` : toText(swept));
    if (swept.failed.length > 0) process.exitCode = 1;
  } finally {
    sdk.close();
  }
}

function toText({ removed, kept, failed }: Swept): string {
  const lines = [
    ...removed.map((name) => `removed ${name}`),
    ...failed.map((name) => `could not remove ${name}`),
    `${removed.length} removed, ${kept.length} kept`,
  ];
  return `${lines.join('\n')}\n`;
}
