/**
 * Topic matching among types: which messages a binding can receive, and which message is promised under a
 * routing key. Where a key or a pattern is known only as `string`, everything is possible; publishing checks
 * the key itself at run time.
 */

/** The words of a key or of a pattern; the empty text has none. */
export type Words<Text extends string> = string extends Text
  ? string[]
  : Text extends ''
    ? []
    : SplitWords<Text>;

type SplitWords<Text extends string, Done extends string[] = []> = Text extends `${infer Head}.${infer Tail}`
  ? SplitWords<Tail, [...Done, Head]>
  : [...Done, Text];

/**
 * Whether a routing key matches a pattern: '*' is one word, '#' any number of words, none included. A word of
 * the key that is only known as `string` may be any one word.
 */
export type TopicMatches<Pattern extends string, Key extends string> = string extends Pattern | Key
  ? true
  : WordsMatch<Words<Pattern>, Words<Key>>;

type WordsMatch<P extends string[], K extends string[]> = P extends [
  infer Word extends string,
  ...infer Rest extends string[],
]
  ? Word extends '#'
    ? WordsMatch<Rest, K> extends true
      ? true
      : K extends [string, ...infer Later extends string[]]
        ? WordsMatch<P, Later>
        : false
    : K extends [infer Found extends string, ...infer Later extends string[]]
      ? WordMatches<Word, Found> extends true
        ? WordsMatch<Rest, Later>
        : false
      : false
  : K extends []
    ? true
    : false;

type WordMatches<Word extends string, Found extends string> = Word extends '*'
  ? true
  : Found extends Word
    ? true
    : Word extends Found
      ? true
      : false;

/** Whether there is a routing key that matches both patterns. */
export type PatternsOverlap<A extends string, B extends string> = string extends A | B
  ? true
  : Overlap<Words<A>, Words<B>>;

type Overlap<A extends string[], B extends string[]> = A extends ['#', ...infer RestA extends string[]]
  ? OverlapHash<A, RestA, B>
  : B extends ['#', ...infer RestB extends string[]]
    ? OverlapHash<B, RestB, A>
    : A extends [infer WordA extends string, ...infer RestA extends string[]]
      ? B extends [infer WordB extends string, ...infer RestB extends string[]]
        ? WordsOverlap<WordA, WordB> extends true
          ? Overlap<RestA, RestB>
          : false
        : false
      : B extends []
        ? true
        : false;

/** '#' takes no word, or one more of the other pattern's. */
type OverlapHash<Hashed extends string[], Rest extends string[], Other extends string[]> =
  Overlap<Rest, Other> extends true
    ? true
    : Other extends [string, ...infer Later extends string[]]
      ? Overlap<Hashed, Later>
      : false;

type WordsOverlap<A extends string, B extends string> = '*' extends A | B
  ? true
  : A extends B
    ? true
    : B extends A
      ? true
      : false;

/**
 * The routing keys that a pattern matches, as a type for editors: `order.*.paid` is `order.${string}.paid`. A
 * `${string}` may hold dots, which a word may not, so it admits a little too much; `order.#` is `order` or
 * `order.${string}`.
 */
export type KeyOf<Pattern extends string> = string extends Pattern ? string : KeyOfWords<Words<Pattern>>;

type KeyOfWords<P extends string[]> = P extends []
  ? ''
  : P extends ['#']
    ? string
    : P extends ['#', ...infer Rest extends string[]]
      ? KeyOfWords<Rest> | `${string}.${KeyOfWords<Rest>}`
      : P extends [infer Word extends string, '#']
        ? WordText<Word> | `${WordText<Word>}.${string}`
        : P extends [infer Word extends string]
          ? WordText<Word>
          : P extends [infer Word extends string, ...infer Rest extends string[]]
            ? `${WordText<Word>}.${KeyOfWords<Rest>}`
            : string;

type WordText<Word extends string> = Word extends '*' ? string : Word;

/**
 * The messages that a binding with this pattern can receive from an exchange that declares `Messages` by
 * pattern.
 */
export type Matched<Messages, Pattern extends string> = {
  [P in keyof Messages & string]: PatternsOverlap<Pattern, P> extends true ? Messages[P] : never;
}[keyof Messages & string];

/** The message that an exchange promises under a routing key; never when it declares none for it. */
export type Published<Messages, Key extends string> = {
  [P in keyof Messages & string]: TopicMatches<P, Key> extends true ? Messages[P] : never;
}[keyof Messages & string];
