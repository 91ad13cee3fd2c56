/**
 * The form in which the schemas of AWS's services are committed: as small as JSON gets while staying
 * readable in a diff.
 */

/** What is said about a shape or a member besides its type, by Smithy's names. */
export interface Traits {
  readonly xmlName?: string;
  readonly xmlFlattened?: 1;
  readonly jsonName?: string;
  readonly sparse?: 1;
  readonly streaming?: 1;
  readonly httpLabel?: 1;
  readonly httpQuery?: string;
  readonly httpQueryParams?: 1;
  readonly httpHeader?: string;
  readonly httpPrefixHeaders?: string;
  readonly httpPayload?: 1;
  readonly httpResponseCode?: 1;
  readonly http?: HttpData;
  readonly error?: 'client' | 'server';
  readonly httpError?: number;
  /** The code and the status of an error in the Query protocol. */
  readonly awsQueryError?: readonly [code: string, status: number];
}

/** Method, path template and status of an answer that went well. */
export type HttpData = readonly [method: string, path: string, status: number];

/** A type: the number of a simple one (64 more: a list of it, 128 more: a map to it), or a shape's name. */
export type Ref = number | string | readonly [type: number | string, traits: Traits];

/**
 * Structures (3), unions (4) and errors (-3) have members, of which the first few are required; 1 is a
 * list, 2 a map.
 */
export type ShapeData =
  | readonly [
      kind: 3 | 4 | -3,
      names: readonly string[],
      refs: readonly Ref[],
      required: number,
      traits?: Traits,
    ]
  | readonly [kind: 1, item: Ref, traits?: Traits]
  | readonly [kind: 2, key: Ref, value: Ref, traits?: Traits];

export interface ServiceData {
  readonly name: string;
  /** The service's name in the credential scope of a signature. */
  readonly signingName: string;
  /** The namespace of its shapes, which stands before an error's name. */
  readonly namespace: string;
  readonly protocol: 'json-1.0' | 'json-1.1' | 'query' | 'rest-json' | 'rest-xml';
  readonly version: string;
  /** What stands before the operation in X-Amz-Target. */
  readonly target: string;
  readonly xmlNamespace?: string;
  /** Whether JSON answers carry the code that an error has in the Query protocol. */
  readonly queryCompatible?: boolean;
  /** Names of input and output (empty for none) by operation. */
  readonly operations: Readonly<
    Record<
      string,
      readonly [input: string, output: string] | readonly [input: string, output: string, http: HttpData]
    >
  >;
  /** Operations that are known by name, and by method and path in REST, and not served. */
  readonly others?: Readonly<Record<string, HttpData | 0>>;
  readonly shapes: Readonly<Record<string, ShapeData>>;
}
