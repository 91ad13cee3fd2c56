/** The entry of the workers. */
import { serve } from '#lib/aws';
import { vault } from './app.ts';

export const handler = serve(vault);
