/** The commands that serve something until they are interrupted, and what they leave to be done. */
import { APP_FILE_OPTIONS, type Entry, JSON_OPTION, type Option, PLACE_OPTIONS } from './entry.ts';

const PORT_OPTION: Option = {
  flags: '--port <number>',
  summary: 'the port to listen on; 0 takes a free one',
  default: '4566',
};

export const SERVING: readonly Entry[] = [
  {
    name: 'emulator',
    summary: 'serve the AWS services that an app uses, in this process',
    options: [
      PORT_OPTION,
      { flags: '--host <address>', summary: 'the address to listen on', default: '127.0.0.1' },
      {
        flags: '--template <folder>',
        summary: "a synthesized app (cdk's cdk.out) to create at the start",
      },
      {
        flags: '--virtual <time>',
        summary: 'a clock that starts at this time and stands still until it is advanced',
      },
      {
        flags: '--data <folder>',
        summary: 'keep everything in this folder, also when the process is killed',
      },
      { flags: '--faults <file>', summary: 'a plan in JSON of what is to go wrong, and how often' },
      {
        flags: '--fsync',
        summary: 'with --data: wait for the disk before each answer, so that a power cut loses nothing',
      },
    ],
    examples: [
      { words: 'emulator --template cdk.out', summary: 'a synthesized app' },
      { words: 'emulator --data .celeriac', summary: 'what is kept when it ends' },
    ],
    load: async () => (await import('../emulator.ts')).emulator,
  },
  {
    name: 'dev',
    summary: 'run the app of this folder on the emulator, and reload it when a source changes',
    options: [
      PORT_OPTION,
      { flags: '--project <folder>', summary: 'the folder of the app', default: '.' },
      {
        flags: '--dashboard <port>',
        summary: "the dashboard's port, or 'off'; without it the one after --port",
      },
    ],
    examples: [{ words: 'dev', summary: 'the app of the cdk.json in this folder' }],
    load: async () => (await import('../dev.ts')).dev,
  },
  {
    name: 'worker',
    summary: 'work off queues of an app on this machine, without Lambda',
    options: [
      ...APP_FILE_OPTIONS,
      {
        flags: '--queues <names>',
        summary: 'the queues to work off, with commas between; without it all of the app',
      },
      {
        flags: '--pool <kind>',
        summary: 'where tasks run',
        default: 'async',
        choices: ['async', 'threads', 'processes'],
      },
      {
        flags: '--concurrency <number>',
        summary: 'how many messages run at once; else 10, or the number of processors',
      },
      { flags: '--prefetch <number>', summary: 'how many more are held in advance' },
      { flags: '--autoscale <min,max>', summary: 'change the concurrency between these by what waits' },
      {
        flags: '--max-tasks-per-child <number>',
        summary: 'replace a child of the pool after so many messages',
      },
      {
        flags: '--max-memory-per-child <megabytes>',
        summary: 'replace a child that needs more than this',
      },
      { flags: '--health <port>', summary: 'serve /healthz and /readyz' },
      {
        flags: '--heartbeat <duration>',
        summary: 'how often claims are renewed and the worker says that it lives',
      },
      {
        flags: '--soft-timeout <duration>',
        summary: 'how long a soft stop waits for tasks that were told to stop',
      },
      ...PLACE_OPTIONS,
    ],
    examples: [
      {
        words: 'worker --queues videos --pool processes --concurrency 4',
        summary: 'four at a time, each in a process of its own',
      },
    ],
    load: async () => (await import('../worker.ts')).worker,
  },
  {
    name: 'dashboard',
    summary: 'open a deployed dashboard that asks for signatures: signs what a browser asks of it',
    options: [
      {
        flags: '--url <address>',
        summary: "the dashboard's function URL, an output of its stack",
        required: true,
      },
      { flags: '--port <number>', summary: 'the port to listen on; 0 takes a free one', default: '4567' },
      { flags: '--region <name>', summary: 'the Region; without it the environment says' },
    ],
    examples: [
      {
        words: 'dashboard --url https://abc123.lambda-url.eu-west-1.on.aws',
        summary: 'the dashboard of a deployed app, on this machine',
      },
    ],
    load: async () => (await import('../dashboard.ts')).dashboard,
  },
  {
    name: 'sweep',
    summary: 'remove the reply queues of clients that have died',
    options: [
      { flags: '--app <name>', summary: 'the app whose reply queues are looked at', required: true },
      {
        flags: '--older-than <duration>',
        summary: 'how long a client must have shown no sign of life',
        default: '1h',
      },
      ...PLACE_OPTIONS,
      JSON_OPTION,
    ],
    examples: [{ words: 'sweep --app shop --stage prod --older-than 1d', summary: 'once a day is enough' }],
    load: async () => (await import('../sweep.ts')).sweep,
  },
];
