/** What carries an app's exchanges: worked out where anything does, and in no bundle where nothing does. */
import type { App } from '../define/app.ts';
import { type ExchangeResources, exchangeResources, NO_EXCHANGES } from '../define/exchange-topology.ts';

/** Set by the bundler to `false` for an app without exchanges over SNS, or over EventBridge. */
declare const CELERIAC_TOPICS: boolean | undefined;
declare const CELERIAC_BUS: boolean | undefined;

/** The topics, rules and archives of an app's exchanges. */
export function carriedBy(app: App, stage: string): ExchangeResources {
  return typeof CELERIAC_TOPICS === 'undefined' ||
    CELERIAC_TOPICS ||
    typeof CELERIAC_BUS === 'undefined' ||
    CELERIAC_BUS
    ? exchangeResources(app, stage)
    : NO_EXCHANGES;
}
