import { execFile } from 'node:child_process';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const FLIGHTS = 'node_modules/vega-datasets/data';

test.each([
  ['flights-10k.json', []],
  // The worker's threads die between the claim of a run and its end.
  ['flights-2k.json', ['--kill']],
])('the demo counts every flight of %s once %s', async (name, options) => {
  const file = join(FLIGHTS, name);

  const { stdout, stderr } = await demo('--data', file, '--json', ...options);

  const printed = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
  const counted = count(JSON.parse(await readFile(file, 'utf8')));
  expect(printed).toEqual(counted);
  expect(/killed [1-9]\d* threads/.test(stderr)).toBe(options.includes('--kill'));
});

test('without --json the demo prints a table', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'celeriac-flights-')), 'flights.json');
  const flight = { date: '2001/01/01 06:55', distance: 1_797, origin: 'LAX', destination: 'BNA' };
  await writeFile(
    file,
    JSON.stringify([
      { ...flight, delay: 16 },
      { ...flight, delay: -4 },
    ]),
  );

  const { stdout } = await demo('--data', file);

  expect(stdout.trim().split('\n').slice(-3)).toEqual([
    'airport     departures  late  mean delay (min)',
    'LAX                  2     1               6.0',
    '1 airports           2     1',
  ]);
});

test.each([
  [['--data', 'package.json'], 'package.json holds no flight records'],
  [['--data', 'no-such-file.json'], 'ENOENT'],
  [['--speed'], "Unknown option '--speed'"],
])('the demo ends with an error for %j', async (options, message) => {
  await expect(demo(...options)).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
});

function demo(...options: string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return run(process.execPath, ['--import', 'tsx', 'functions/demo.ts', ...options]);
}

/** The same figures by the shortest way. */
function count(flights: readonly { readonly origin: string; readonly delay: number }[]): unknown {
  const airports = [...new Set(flights.map(({ origin }) => origin))].map((origin) => {
    const delays = flights.filter((flight) => flight.origin === origin).map(({ delay }) => delay);
    const late = delays.filter((delay) => delay > 15).length;
    const meanDelay = delays.reduce((sum, delay) => sum + delay, 0) / delays.length;
    return [origin, { departures: delays.length, late, meanDelay }];
  });
  return { flights: flights.length, airports: Object.fromEntries(airports) };
}
