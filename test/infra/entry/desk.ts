/** The entry of the dashboard in these tests. */
import { serveDashboard } from '../../../lib/dashboard/index.ts';
import { shop } from '../shop.ts';

export const handler = serveDashboard(shop);
