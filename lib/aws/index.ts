/** Celeriac on AWS: `connect` for whoever sends, `serve` for the workers. */
export { type ConnectOptions, connect } from './connect.ts';
export { type LambdaContext, type SqsAnswer, type SqsEvent, type SqsHandler, serve } from './serve.ts';
