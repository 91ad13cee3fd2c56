/** Amazon SQS's own quotas and rules as numbers (SQS API reference and Developer Guide, November 2026). */

/** One of anything that a rule counts, in milliseconds: SQS's settings are in seconds, the clock is not. */
export const SECOND_MS = 1000;

export const BATCH_ENTRIES_MAX = 10;
export const BATCH_ID = /^[A-Za-z0-9_-]{1,80}$/;
export const QUEUE_NAME = /^[A-Za-z0-9_-]{1,80}$/;
export const FIFO_QUEUE_NAME = /^[A-Za-z0-9_-]{1,75}\.fifo$/;

/**
 * 1 MiB: the largest message, the sum of a batch, and the default of MaximumMessageSize (SendMessageBatch).
 */
export const MESSAGE_BYTES_MAX = 1_048_576;
export const MESSAGE_ATTRIBUTES_MAX = 10;
export const ATTRIBUTE_NAME_MAX = 256;
export const ATTRIBUTE_TYPE_MAX = 256;

/** MessageGroupId, MessageDeduplicationId and ReceiveRequestAttemptId: printable ASCII without the space. */
export const TOKEN = /^[!-~]{1,128}$/;

export const DELAY_SECONDS_MAX = 900;
export const WAIT_SECONDS_MAX = 20;
export const VISIBILITY_SECONDS_MAX = 43_200;

/** In flight, standard and FIFO (quotas-fifo.html; FIFO had 20,000 before). */
export const IN_FLIGHT_MAX = 120_000;

/** A deduplication id and a receive request attempt id are remembered for five minutes. */
export const DEDUPLICATION_MS = 300_000;

/**
 * A standard message received so often goes to the back of the queue (CloudWatch:
 * ApproximateAgeOfOldestMessage).
 */
export const RECEIVES_BEFORE_BACK = 3;

/**
 * A tenant of a fair queue is noisy with at least 30 of its own messages in flight and over a tenth of them
 * all.
 */
export const NOISY_IN_FLIGHT_MIN = 30;
export const NOISY_SHARE = 0.1;

/** PurgeQueue, and creating a queue again under a deleted name, in strict mode. */
export const STRICT_PAUSE_MS = 60_000;

export const LIST_RESULTS_MAX = 1000;
export const TAGS_MAX = 50;
export const TAG_KEY_MAX = 128;
export const TAG_VALUE_MAX = 256;
export const POLICY_STATEMENTS_MAX = 20;
export const PERMISSION_ACTIONS_MAX = 7;
export const REDRIVE_SOURCES_MAX = 10;
export const RECEIVE_COUNT_MAX = 1000;

export const MOVE_RATE_MAX = 500;
export const MOVE_TASKS_LISTED_MAX = 10;
export const MOVE_TASKS_ACTIVE_MAX = 100;
/** AWS optimises the rate itself where none is asked for; here that is 1,000 messages each 100 ms. */
export const MOVE_DEFAULT_STEP = { messages: 1000, everyMs: 100 } as const;
