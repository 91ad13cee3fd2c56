/** What carries an app's exchanges: worked out where anything does, and in no bundle where nothing does. */
import type { App } from '../define/app.ts';
import { type ExchangeResources, NO_EXCHANGES, planExchanges } from '../define/exchange-topology.ts';

/** Set by the bundler to `false` for an app without exchanges over SNS, or over EventBridge. */
declare const CELERIAC_TOPICS: boolean | undefined;
declare const CELERIAC_BUS: boolean | undefined;

/**
 * The topics, rules and archives of an app's exchanges. What a deployment refuses is not refused here: it was
 * looked at then, and a producer need not know who works off the queues.
 */
export function carriedBy(app: App, stage: string): ExchangeResources {
  return typeof CELERIAC_TOPICS === 'undefined' ||
    CELERIAC_TOPICS ||
    typeof CELERIAC_BUS === 'undefined' ||
    CELERIAC_BUS
    ? planExchanges(app, stage).resources
    : NO_EXCHANGES;
}
