/** dashboard.ts: the function behind the dashboard of a deployed app. */
import { serveDashboard } from '#lib/dashboard';
import { shop } from './shop.ts';

export const handler = serveDashboard(shop);
