/** worker.ts: what runs on Lambda. Each queue with tasks gets a function of its own from this file. */
import { serve } from '#lib/aws';
import { shop } from './shop.ts';

export const handler = serve(shop);
