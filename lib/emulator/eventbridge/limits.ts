/** Amazon EventBridge's own quotas and rules as numbers (user guide, "Quotas", October 2026, and the API). */

export const BUSES_MAX = 100;
export const RULES_MAX = 300;
export const WILDCARD_RULES_MAX = 30;
export const TARGETS_MAX = 5;
/** Characters of a rule's pattern; the API itself takes no more than the second. */
export const PATTERN_MAX = 2_048;
export const PATTERN_FIELD_MAX = 4_096;
export const ARCHIVES_MAX = 100;
export const REPLAYS_RUNNING_MAX = 10;

export const ENTRIES_MAX = 10;
/** The sum of a PutEvents request stays below it. */
export const ENTRIES_BYTES_MAX = 1_048_576;
/** What an entry's Time counts. */
export const TIME_BYTES = 14;
export const DETAIL_TYPE_MAX = 128;
export const DETAIL_LEVELS_MAX = 1_000;
export const TARGETS_A_REQUEST_MAX = 10;
export const INPUT_MAX = 8_192;
export const INPUT_PATHS_MAX = 100;
export const TAGS_MAX = 50;
export const POLICY_BYTES_MAX = 10_240;
export const LIST_MAX = 100;

/** RetryPolicy: what holds without one, and the least age. */
export const RETRY_ATTEMPTS_MAX = 185;
export const EVENT_AGE_MIN_S = 60;
export const EVENT_AGE_MAX_S = 86_400;

/**
 * Between attempts the wait doubles from one second to eight minutes, less up to a half by chance. AWS says
 * that it backs off exponentially with jitter and not how far; with these 185 attempts take most of a day.
 */
export const RETRY_WAIT_MIN_MS = 1_000;
export const RETRY_WAIT_MAX_MS = 480_000;

/** A replay takes the events of one minute after the other; here each takes a second. */
export const REPLAY_BUCKET_MS = 60_000;
export const REPLAY_STEP_MS = 1_000;
export const DAY_MS = 86_400_000;
