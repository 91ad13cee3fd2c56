/** A day on the apron that does not go well: what the demo leaves behind for the dashboard to show. */
import { type Client, chain, chord } from '#lib';
import { announce, deice, depart, dock, forecast, service } from './apron.ts';

const FLIGHT = 'LAX-SFO';

/**
 * Sends what waits for each of the reasons that there are, and a turnaround that one of its services fails.
 * Nothing is awaited but that it was sent.
 */
export async function leaveIncidents(client: Client): Promise<void> {
  const services = ['bags', 'cabin', 'catering'].map((what) => service({ flight: FLIGHT, what }));
  await client.send(chain(service({ flight: FLIGHT, what: 'fuel' }), chord(services, depart)));
  for (const flight of [FLIGHT, 'LAX-BNA']) {
    await client.send(deice({ flight }));
    await client.send(dock({ flight, gate: 'B7' }));
    await client.send(announce({ text: `${flight} is delayed` }));
  }
  await client.send(forecast({ airport: 'SFO' }));
  await client.send(service({ flight: 'LAX-OAK', what: 'fuel' }, { delay: '10m' }));
}
