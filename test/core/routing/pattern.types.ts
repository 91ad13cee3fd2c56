/** Type tests: this file has nothing to run, it has to compile. */
import type {
  KeyOf,
  Matched,
  PatternsOverlap,
  Published,
  TopicMatches,
} from '../../../lib/core/routing/pattern.types.ts';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Every<List extends readonly true[]> = List;

interface Order {
  readonly id: string;
}
interface Receipt {
  readonly paid: number;
}
interface Messages {
  readonly 'order.*.created': Order;
  readonly 'order.*.paid': Receipt;
  readonly 'log.#': string;
}

export type TopicMatching = Every<
  [
    Equal<TopicMatches<'a.*.c', 'a.b.c'>, true>,
    Equal<TopicMatches<'a.*.c', 'a.c'>, false>,
    Equal<TopicMatches<'a.#', 'a'>, true>,
    Equal<TopicMatches<'#', ''>, true>,
    Equal<TopicMatches<'*', ''>, false>,
    Equal<TopicMatches<'', ''>, true>,
    Equal<TopicMatches<'', 'a'>, false>,
    Equal<TopicMatches<'*.*', '.'>, true>,
    Equal<TopicMatches<'#.b.#.d', 'a.b.c.d'>, true>,
    Equal<TopicMatches<'#.b.#.d', 'a.b.c'>, false>,
    Equal<TopicMatches<'a.#.b', 'a.b'>, true>,
    Equal<TopicMatches<'a#', 'ab'>, false>,
    Equal<TopicMatches<'order.*.paid', `order.${string}.paid`>, true>,
    Equal<TopicMatches<'order.*.paid', string>, true>,
  ]
>;

export type Overlapping = Every<
  [
    Equal<PatternsOverlap<'a.*', '*.b'>, true>,
    Equal<PatternsOverlap<'a.*', 'b.*'>, false>,
    Equal<PatternsOverlap<'a.#', 'a'>, true>,
    Equal<PatternsOverlap<'#.z', 'a.#'>, true>,
    Equal<PatternsOverlap<'a.#', ''>, false>,
    Equal<PatternsOverlap<'#', ''>, true>,
    Equal<PatternsOverlap<'*.*.*', 'a.#.b.#.c'>, true>,
    Equal<PatternsOverlap<'*.*', 'a.#.b.*.c'>, false>,
  ]
>;

export type Keys = Every<
  [
    Equal<KeyOf<'order.eu.paid'>, 'order.eu.paid'>,
    Equal<KeyOf<'order.*.paid'>, `order.${string}.paid`>,
    Equal<KeyOf<'order.#'>, 'order' | `order.${string}`>,
    Equal<KeyOf<'#.paid'>, 'paid' | `${string}.paid`>,
    Equal<KeyOf<'order.#.paid'>, 'order.paid' | `order.${string}.paid`>,
    Equal<KeyOf<'#'>, string>,
    Equal<KeyOf<''>, ''>,
    Equal<KeyOf<string>, string>,
  ]
>;

export type MessagesByPattern = Every<
  [
    Equal<Matched<Messages, 'order.eu.created'>, Order>,
    Equal<Matched<Messages, 'order.#'>, Order | Receipt>,
    Equal<Matched<Messages, '#'>, Order | Receipt | string>,
    Equal<Matched<Messages, 'stock.#'>, never>,
    Equal<Published<Messages, 'order.eu.paid'>, Receipt>,
    Equal<Published<Messages, 'log'>, string>,
    Equal<Published<Messages, 'log.a.b'>, string>,
    Equal<Published<Messages, 'order.eu.west.paid'>, never>,
    Equal<Published<Messages, `order.${string}.created`>, Order>,
    Equal<Published<Messages, string>, Order | Receipt | string>,
  ]
>;
