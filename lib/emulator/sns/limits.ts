/** Amazon SNS's own quotas and rules as numbers (SNS API reference, developer guide and service quotas). */

/** 256 KiB: the default of MaximumMessageSize, of one message and of the sum of a batch. */
export const MESSAGE_BYTES_DEFAULT = 262_144;
export const MESSAGE_BYTES_MIN = 1_024;
export const MESSAGE_BYTES_MAX = 1_048_576;
/** A topic whose messages may be larger than the default has at most so many subscriptions. */
export const LARGE_TOPIC_SUBSCRIPTIONS_MAX = 100;

export const BATCH_ENTRIES_MAX = 10;
export const BATCH_ID = /^[A-Za-z0-9_-]{1,80}$/;

export const TOPICS_MAX = 100_000;
export const FIFO_TOPICS_MAX = 1_000;
export const TOPIC_NAME = /^[A-Za-z0-9_-]{1,256}$/;
/** The suffix counts towards the 256 characters. */
export const FIFO_TOPIC_NAME = /^[A-Za-z0-9_-]{1,251}\.fifo$/;
export const FIFO_SUBSCRIPTIONS_MAX = 100;
export const SUBSCRIPTIONS_MAX = 12_500_000;
export const FILTER_POLICIES_MAX = 200;
export const DISPLAY_NAME_MAX = 100;

/** SQS takes no more, so a raw delivery with more is a client-side error. */
export const RAW_ATTRIBUTES_MAX = 10;
export const ATTRIBUTE_NAME_MAX = 256;

/** MessageGroupId and MessageDeduplicationId: printable ASCII without the space. */
export const TOKEN = /^[!-~]{1,128}$/;
export const SUBJECT_MAX = 100;
export const DEDUPLICATION_MS = 300_000;

export const PAGE = 100;
export const TAGS_MAX = 50;
export const TAG_KEY_MAX = 128;
export const TAG_VALUE_MAX = 256;

/** Retries to SQS and Lambda after server-side errors (developer guide, "Delivery policies"). */
export const RETRY_PHASES = {
  /** At once. */
  immediate: 3,
  /** After a second each. */
  preBackoff: 2,
  /** With waits that grow exponentially. */
  backoff: 10,
  /** After 20 seconds each, for 23 days. */
  postBackoff: 100_000,
  waitMinMs: 1_000,
  waitMaxMs: 20_000,
} as const;
