/**
 * The Gregorian calendar as arithmetic on day numbers, days since 1970-01-01: no Date objects, no time zones.
 */

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

/** Days since 1970-01-01 of a date in the Gregorian calendar; months are 1 to 12, and `day` may run over. */
export function dayNumber(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return (
    era * 146_097 +
    yearOfEra * 365 +
    Math.floor(yearOfEra / 4) -
    Math.floor(yearOfEra / 100) +
    dayOfYear -
    719_468
  );
}

/** The date of a day number. */
export function dateOf(dayNumber: number): {
  readonly year: number;
  readonly month: number;
  readonly day: number;
} {
  const shifted = dayNumber + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1_460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return { year, month, day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1 };
}

/** How many days a month has. */
export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeap(year) ? 29 : (MONTH_DAYS[month - 1] ?? 31);
}

/** The ISO week, 1 to 53, of a day number. */
export function isoWeek(day: number): number {
  // A week belongs to the year that its Thursday is in.
  const thursday = day - ((weekdayOf(day) + 6) % 7) + 3;
  return Math.floor((thursday - dayNumber(dateOf(thursday).year, 1, 1)) / 7) + 1;
}

/** The weekday of a day number, 0 (Sunday) to 6. */
export function weekdayOf(day: number): number {
  // 1970-01-01 was a Thursday.
  return (((day + 4) % 7) + 7) % 7;
}

/**
 * What tells years apart whose dates fall on other weekdays or into other ISO weeks, as one number; of the 21
 * kinds each comes within 29 years after a century.
 */
export function kindOfYear(year: number): number {
  return weekdayOf(dayNumber(year, 1, 1)) * 4 + (isLeap(year) ? 2 : 0) + (isLeap(year - 1) ? 1 : 0);
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}
