/** So many of a schedule's next fires are counted out; where there are so many, more follow. */
export const FIRES_MAX = 12;
