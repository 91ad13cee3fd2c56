/** publish.ts: publishing is confirmed, a call waits for the reply. */
import { NackError } from '#lib';
import { connect } from '#lib/aws';
import { orders, pack, store } from './orders.ts';

await using client = connect(store);

try {
  const confirmed = await client.publish(orders, 'order.eu.created', { id: 'o1', total: 40 });
  console.log(await client.result(pack, confirmed).get());
} catch (error) {
  if (!(error instanceof NackError)) throw error;
  console.log(`refused; publish it again under ${error.messageId}`);
}

console.log(await client.call(pack({ id: 'o2', total: 7 }), { timeout: '10s' }));
