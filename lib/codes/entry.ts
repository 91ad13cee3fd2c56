/** What the catalogue of error codes says of one code. */
export interface CodeText {
  /** What has happened, and what is allowed. A sentence. */
  readonly means: string;
  /** What to do about it. A sentence. */
  readonly remedy: string;
}

/** Some codes, by the place where one meets them. */
export type Codes = Readonly<Record<string, CodeText>>;
