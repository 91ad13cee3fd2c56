/** The entry point of the example's dashboard. */
import { serveDashboard } from '../lib/dashboard/index.ts';
import { flights } from './flights.ts';

export const handler = serveDashboard(flights);
