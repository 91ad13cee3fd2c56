/**
 * The Query protocol: a form in, XML out. Spoken by older clients of SQS, and by all clients of some
 * services.
 */
import { ServiceError } from '../error.ts';
import type { Scope } from './caller.ts';
import type { Conversation, ErrorWriter } from './conversation.ts';
import { knownError, notServed } from './conversation.ts';
import { type FormNode, parseForm, readForm } from './form.ts';
import type { WireRequest, WireResponse } from './router.ts';
import type { Operation } from './schema.ts';
import { KNOWN_SERVICES, type KnownService, schemaOf } from './services.ts';
import { element, escapeXml, toXml } from './xml.ts';

const DECLARATION = '<?xml version="1.0"?>';
/** Complaints about a request that have another name in the Query protocol. */
const QUERY_CODES: Readonly<Record<string, string>> = {
  SerializationException: 'MalformedInput',
  ValidationException: 'ValidationError',
};

/** The form of a request in the Query protocol; undefined when it is in none. */
export function queryForm(request: WireRequest): FormNode | undefined {
  const query = request.url.indexOf('?');
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  if (!isForm && (query < 0 || !/[?&]Action=/.test(request.url))) return undefined;
  const inUrl = query < 0 ? '' : request.url.slice(query + 1);
  const inBody = isForm ? Buffer.from(request.body).toString('utf8') : '';
  const form = parseForm(inBody === '' ? inUrl : `${inUrl}&${inBody}`);
  return form.children.has('Action') ? form : undefined;
}

/** Which service a form is for, by signature or by version; undefined when its schema is not known. */
export function serviceOfForm(form: FormNode, scope: Scope | undefined): KnownService | undefined {
  const version = form.children.get('Version')?.text;
  return KNOWN_SERVICES.find(({ query, signingName }) => {
    if (query === undefined) return false;
    return scope === undefined ? query.version === version : signingName === scope.service;
  });
}

/** Opens a request in the Query protocol. Throws for an operation that is not known. */
export function openQuery(
  form: FormNode,
  request: WireRequest,
  scope: Scope | undefined,
  endpoint: string,
): Conversation {
  const action = form.children.get('Action')?.text ?? '';
  const service = serviceOfForm(form, scope);
  if (service === undefined) throw notServed(`${scope?.service ?? 'an unknown service'}: ${action}`);
  const schema = schemaOf(service);
  const operation = schema.operation(action);
  if (schema.hasOther(action)) throw notServed(`${service.name}: ${action}`);
  if (operation === undefined) {
    throw new ServiceError('InvalidAction', `The action ${action} is not valid for this endpoint.`);
  }
  return {
    service,
    operation,
    read() {
      const input = readForm(operation.input, form);
      const [path = '/'] = request.url.split('?');
      const member = service.query?.pathMember;
      if (
        member !== undefined &&
        path.length > 1 &&
        input[member] === undefined &&
        takes(operation, member)
      ) {
        input[member] = endpoint + path;
      }
      return input;
    },
    write(output, requestId) {
      const inner =
        operation.outputName === '' ? '' : element(`${action}Result`, toXml(operation.output, output ?? {}));
      const metadata = element('ResponseMetadata', element('RequestId', escapeXml(requestId)));
      return answer(200, requestId, wrap(service, `${action}Response`, inner + metadata));
    },
  };
}

function takes(operation: Operation, member: string): boolean {
  return operation.input.members.some(({ name }) => name === member);
}

/** Answers errors as an ErrorResponse, with the codes that the Query protocol has for them. */
export function queryErrors(service: KnownService | undefined): ErrorWriter {
  return (error, requestId) => {
    const known = knownError(service === undefined ? undefined : schemaOf(service), error);
    const code = QUERY_CODES[error.name] ?? known.queryCode;
    const inner =
      element('Type', known.fault === 'sender' ? 'Sender' : 'Receiver') +
      element('Code', escapeXml(code)) +
      element('Message', escapeXml(error.message));
    const body = element('Error', inner) + element('RequestId', escapeXml(requestId));
    return answer(known.queryStatus, requestId, wrap(service, 'ErrorResponse', body));
  };
}

function wrap(service: KnownService | undefined, name: string, inner: string): string {
  const namespace = service?.query?.xmlNamespace;
  const attribute = namespace === undefined ? '' : ` xmlns="${namespace}"`;
  return `${DECLARATION}<${name}${attribute}>${inner}</${name}>`;
}

function answer(status: number, requestId: string, xml: string): WireResponse {
  return {
    status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: Buffer.from(xml),
  };
}
