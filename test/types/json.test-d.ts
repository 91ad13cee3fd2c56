/** What type a result has after its journey as JSON. `npm run check` type-checks this file. */
import type { Jsonify } from '#lib';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
declare function same<A, B>(..._proof: Same<A, B> extends true ? [] : ['these types differ']): void;

declare const BRAND: unique symbol;
type OrderId = string & { readonly [BRAND]: 'order' };
class Money {
  readonly cents: number = 1;
  private readonly secret: string = '';
  toText(): string {
    return this.secret;
  }
}
class Price {
  toJSON(): { amount: number; at: Date } {
    return { amount: 1, at: new Date() };
  }
}
interface Tree {
  readonly value: Date;
  readonly children: readonly Tree[];
}
type Kind = { kind: 'a'; at: Date } | { kind: 'b'; count: number };

// Nothing comes back as undefined, alone and in a union.
same<Jsonify<void>, undefined>();
same<Jsonify<undefined>, undefined>();
same<Jsonify<string | undefined>, string | undefined>();
same<Jsonify<null>, null>();

// What is not known stays unknown; any is no licence to forget that.
same<Jsonify<unknown>, unknown>();
same<Jsonify<Awaited<ReturnType<typeof JSON.parse>>>, unknown>();

same<Jsonify<Date>, string>();
same<Jsonify<Kind>, { kind: 'a'; at: string } | { kind: 'b'; count: number }>();
same<Jsonify<{ readonly a: Date; b?: Date }>, { readonly a: string; b?: string }>();
same<Jsonify<OrderId>, OrderId>();
same<Jsonify<[Date, number]>, [string, number]>();
same<Jsonify<readonly Date[]>, string[]>();

same<Jsonify<{ name: string; message: string }>, { name: string; message: string }>();

// Methods, private members and symbols stay behind; toJSON speaks for its object.
same<Jsonify<Money>, { readonly cents: number }>();
same<Jsonify<Price>, { amount: number; at: string }>();
same<Jsonify<{ a: 1; [BRAND]: 2; run(): void }>, { a: 1 }>();
same<Jsonify<Tree>['children'][number]['value'], string>();

// What JSON cannot bring back is no value at all: the worker refuses it.
same<Jsonify<bigint>, never>();
same<Jsonify<Map<string, number>>, never>();
same<Jsonify<Set<string>>, never>();
same<Jsonify<Uint8Array>, never>();
same<Jsonify<() => void>, never>();

// @ts-expect-error the proof above is one: these differ
same<Jsonify<Date>, Date>();
