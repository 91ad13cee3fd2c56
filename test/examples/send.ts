/** send.ts: from any process; region, credentials and endpoint come from the environment. */
import { connect } from '#lib/aws';
import { charge, remind, shop } from './shop.ts';

await using client = connect(shop);

const result = await client.send(charge({ id: 'o1', total: 40, card: '4242' }));
console.log(result.id, await result.state());
console.log(await result.get({ timeout: '30s' }));

// Sends of one tick share their calls to SQS: these thirty make three.
const orders = Array.from({ length: 30 }, (_, index) => ({ id: `o${index}` }));
const outcomes = await client.sendMany(orders.map((order) => remind(order, { delay: '1s', expires: '1h' })));
console.log(outcomes.filter(({ status }) => status === 'sent').length, 'reminders sent');
