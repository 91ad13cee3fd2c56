/** The code of docs/rabbitmq.md, compiled here; code.test.ts holds the two together, and runs it. */
import { defineQueue, type Queue } from '#lib';

// region circle
const wait: Queue = defineQueue('wait', { expires: '30s', deadLetter: { to: () => work } });
const work: Queue = defineQueue('work', { deadLetter: { to: wait } });

// endregion

export { wait, work };
