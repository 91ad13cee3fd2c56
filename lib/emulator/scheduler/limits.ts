/**
 * EventBridge Scheduler's own quotas and rules as numbers (user guide, "Quotas", and the API reference, as of
 * November 2026). Request rates are not among them: nothing here is throttled.
 */

/** Per account and region. */
export const SCHEDULES_MAX = 10_000_000;
export const GROUPS_MAX = 500;

export const NAME_MAX = 64;
export const EXPRESSION_MAX = 256;
export const TIMEZONE_MAX = 50;
export const DESCRIPTION_MAX = 512;
export const ARN_MAX = 1_600;
export const KMS_KEY_MAX = 2_048;
export const CLIENT_TOKEN_MAX = 64;
export const INPUT_MAX_BYTES = 262_144;
export const WINDOW_MAX_MINUTES = 1_440;
export const MESSAGE_GROUP_MAX = 128;
export const DETAIL_TYPE_MAX = 128;
export const SOURCE_MAX = 256;
export const TAGS_MAX = 200;
export const TAG_KEY_MAX = 128;
export const TAG_VALUE_MAX = 256;
export const LIST_MAX = 100;

/** RetryPolicy: what holds without one, and the least age. */
export const RETRY_ATTEMPTS_MAX = 185;
export const EVENT_AGE_MIN_S = 60;
export const EVENT_AGE_MAX_S = 86_400;

/** A target is invoked within the minute that the schedule names (user guide, "Schedule types"). */
export const PRECISION_MS = 60_000;
/** A StartDate may be so old. */
export const START_AGE_MAX_MS = 5 * 60_000;
/** How long a ClientToken is remembered. AWS does not say; SDKs repeat a request within seconds. */
export const CLIENT_TOKEN_MS = 3_600_000;
