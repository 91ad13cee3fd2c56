/** The part of a body that a Range header asks for. */
import { ServiceError } from '../error.ts';

export interface Cut {
  readonly body: Uint8Array;
  /** As in Content-Range; undefined when the body is whole. */
  readonly range?: string;
}

/** Cuts a body; a header that is no range of bytes asks for all. */
export function cut(body: Uint8Array, header: string | undefined): Cut {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === '' && to === '') return { body };
  const size = body.length;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < start) return { body };
  if (start >= size || (from === '' && Number(to) === 0)) {
    const fields = { RangeRequested: header ?? '', ActualObjectSize: size };
    throw new ServiceError('InvalidRange', 'The requested range is not satisfiable', { status: 416, fields });
  }
  return { body: body.subarray(start, end + 1), range: `bytes ${start}-${end}/${size}` };
}
