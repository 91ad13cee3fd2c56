/** The limits of AWS Lambda that this emulator enforces, each with where it is documented. */

/**
 * Request and response of a synchronous invocation (Lambda quotas). Also the most that one batch of a mapping
 * may hold.
 */
export const SYNC_PAYLOAD_MAX_BYTES = 6 * 1024 * 1024;
/** Event of an asynchronous invocation (Lambda quotas; 256 KB until 2025). */
export const ASYNC_PAYLOAD_MAX_BYTES = 1024 * 1024;
/** The last part of the log that Invoke returns with LogType Tail (Invoke, LogResult). */
export const LOG_TAIL_MAX_BYTES = 4096;

/** Seconds that an invocation may take (CreateFunction, Timeout). */
export const TIMEOUT_MAX_S = 900;
/** What it may take unless something else is asked for. */
export const TIMEOUT_DEFAULT_S = 3;
/** The least memory of a function, and its default (CreateFunction, MemorySize). */
export const MEMORY_MIN_MB = 128;
/** The most memory of a function. */
export const MEMORY_MAX_MB = 10_240;
/** The least room in /tmp, and its default (CreateFunction, EphemeralStorage). */
export const STORAGE_MIN_MB = 512;
/** The most room in /tmp. */
export const STORAGE_MAX_MB = 10_240;
/** Names and values of all variables together (Lambda quotas). */
export const VARIABLES_MAX_BYTES = 4096;
/** The code of a function, unpacked (Lambda quotas). */
export const UNZIPPED_MAX_BYTES = 250 * 1024 * 1024;
/** The init phase, after which AWS gives up on an environment (Lambda runtime environment). */
export const INIT_MAX_MS = 10_000;
/** AWS does not say how long an idle environment lives; reports speak of 5 to 15 minutes. */
export const IDLE_MAX_MS = 10 * 60_000;

/** Concurrent executions of an account in a Region (Lambda quotas; new accounts may have less). */
export const ACCOUNT_CONCURRENCY = 1000;
/** Reserved concurrency has to leave so much to the functions without any (PutFunctionConcurrency). */
export const UNRESERVED_MIN = 100;

/**
 * A chain of so many invocations is stopped at the next one ("approximately 16 times", recursive loop
 * detection).
 */
export const RECURSION_MAX = 16;

/** Attempts after the first one (PutFunctionEventInvokeConfig). */
export const ASYNC_RETRIES_MAX = 2;
/** Waits before the second and the third attempt (asynchronous error handling). */
export const ASYNC_RETRY_WAITS_MS: readonly number[] = [60_000, 120_000];
/** The shortest life of an event that can be asked for (PutFunctionEventInvokeConfig). */
export const EVENT_AGE_MIN_S = 60;
/** The longest life of an event, and its default: 6 hours. */
export const EVENT_AGE_MAX_S = 21_600;
/** A throttled event is tried again after 1 second, then at longer intervals of up to 5 minutes. */
export const THROTTLE_WAIT_MIN_MS = 1000;
/** The longest of these intervals. */
export const THROTTLE_WAIT_MAX_MS = 300_000;

/** Messages in a batch unless something else is asked for (CreateEventSourceMapping). */
export const BATCH_SIZE_DEFAULT = 10;
/** Messages in a batch of a standard queue at most. */
export const BATCH_SIZE_MAX = 10_000;
/** Messages in a batch of a FIFO queue at most. */
export const BATCH_SIZE_MAX_FIFO = 10;
/** Above so many messages a batch needs a window (CreateEventSourceMapping). */
export const BATCH_SIZE_MAX_WITHOUT_WINDOW = 10;
/** The longest batch window. */
export const WINDOW_MAX_S = 300;
/** The lowest limit that a mapping can have (ScalingConfig). */
export const MAPPING_CONCURRENCY_MIN = 2;
/** The highest limit that a mapping can have. */
export const MAPPING_CONCURRENCY_MAX = 1000;
/**
 * Scaling of SQS mappings: starts with 5 batches at once, 300 more a minute, at most 1,250 (SQS scaling
 * behaviour).
 */
export const SCALING_START = 5;
/** How many batches are added at a time. */
export const SCALING_STEP = 5;
/** And how often. */
export const SCALING_STEP_MS = 1000;
/** Batches at once of a mapping without a limit of its own. */
export const SCALING_MAX = 1250;
/** Messages that one ReceiveMessage or DeleteMessageBatch may carry (SQS). */
export const SQS_BATCH_MAX = 10;
/** Filters of one mapping, with a raised quota (Lambda event filtering; 5 without). */
export const FILTERS_MAX = 10;
/** Characters of one filter's pattern. */
export const FILTER_PATTERN_MAX = 4096;
/** Tags of one function (Lambda, TagResource). */
export const TAGS_MAX = 50;
/** Records in a batch of a DynamoDB stream unless something else is asked for (DynamoDB parameters). */
export const STREAM_BATCH_SIZE_DEFAULT = 100;
/** Attempts of a stream's batch after the first one (CreateEventSourceMapping, MaximumRetryAttempts). */
export const STREAM_RETRIES_MAX = 10_000;
/** The shortest age at which a stream's record can be given up (CreateEventSourceMapping). */
export const STREAM_RECORD_AGE_MIN_S = 60;
/** The longest. */
export const STREAM_RECORD_AGE_MAX_S = 604_800;
