/**
 * Headers: a binding asks for headers of the message, all of them or any one; the routing key counts
 * nothing.
 */
import { bind, defineApp, defineConsumer, defineExchange, defineQueue } from '#lib';
import { simulate } from '#lib/testing';

const documents = defineExchange('documents', { type: 'headers' });
const printer = defineQueue('printer');
const archive = defineQueue('archive');
const app = defineApp('office', {
  bindings: [
    bind(documents, { match: 'all', args: { format: 'pdf', pages: 1 } }, printer),
    // null asks only that the header is there.
    bind(documents, { match: 'any', args: { format: 'pdf', signed: null } }, archive),
  ],
  consumers: [
    defineConsumer(printer, { run: ({ body }) => console.log(`printed: ${body}`) }),
    defineConsumer(archive, {
      run: ({ body, headers }) => console.log(`filed: ${body} (${headers.format})`),
    }),
  ],
});

await using client = simulate(app);
await client.publish(documents, '', 'a receipt', { headers: { format: 'pdf', pages: 1 } });
await client.publish(documents, '', 'a contract', { headers: { format: 'docx', signed: new Date(0) } });
await client.publish(documents, '', 'a draft', { headers: { format: 'docx', pages: 1 } });
await client.advance('1s');

// Prints, in any order:
// printed: a receipt
// filed: a receipt (pdf)
// filed: a contract (docx)
