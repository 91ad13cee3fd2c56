/** The Lambda entry point of the example: every queue's worker runs this file. */
import { serve } from '#lib/aws';
import { flights } from './flights.ts';

export const handler = serve(flights);
