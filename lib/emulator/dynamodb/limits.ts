/**
 * DynamoDB's limits as the emulator enforces them, from "Quotas in Amazon DynamoDB" of the developer guide
 * and the API reference.
 */
/** Bytes of one item, names and values. */
export const ITEM_BYTES_MAX = 400 * 1024;
/** Bytes of a partition key. */
export const HASH_KEY_BYTES_MAX = 2048;
/** Bytes of a sort key. */
export const RANGE_KEY_BYTES_MAX = 1024;
/** Levels of a value, its attribute being the first. */
export const NESTING_MAX = 32;
/** Bytes after which a page of Query or Scan ends. */
export const PAGE_BYTES_MAX = 1024 * 1024;
/** Keys of BatchGetItem. */
export const BATCH_GETS_MAX = 100;
/** Requests of BatchWriteItem. */
export const BATCH_WRITES_MAX = 25;
/** Bytes that BatchGetItem gives back. */
export const BATCH_BYTES_MAX = 16 * 1024 * 1024;
/** Actions of a transaction. */
export const TRANSACTION_ACTIONS_MAX = 100;
/** Bytes of all items of a transaction. */
export const TRANSACTION_BYTES_MAX = 4 * 1024 * 1024;
/** How long a client token is known. */
export const TRANSACTION_TOKEN_MS = 10 * 60 * 1000;
/** Bytes of one expression. */
export const EXPRESSION_BYTES_MAX = 4096;
/** Operators of one expression. */
export const OPERATORS_MAX = 300;
/** Operands of IN. */
export const IN_OPERANDS_MAX = 100;
/** Local secondary indexes of a table. */
export const LOCAL_INDEXES_MAX = 5;
/** Global secondary indexes of a table. */
export const GLOBAL_INDEXES_MAX = 20;
/** Attributes projected by name into all indexes of a table. */
export const PROJECTED_ATTRIBUTES_MAX = 100;
/** Hash keys, and sort keys, of a global index. */
export const INDEX_KEY_PARTS_MAX = 4;
/** Tags of a table. */
export const TAGS_MAX = 50;
/** Segments of a parallel scan. */
export const SEGMENTS_MAX = 1_000_000;
/** Statements of BatchExecuteStatement. */
export const STATEMENTS_MAX = 25;
/** How long a stream keeps a record. */
export const STREAM_RETENTION_MS = 24 * 60 * 60 * 1000;
/** Key elements of a global index. */
export const INDEX_KEY_ELEMENTS_MAX = 2 * INDEX_KEY_PARTS_MAX;
