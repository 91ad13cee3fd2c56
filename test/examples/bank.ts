/** A bank for the examples: charges once per idempotency key, declines as often as it is told to. */

export interface Charge {
  readonly id: string;
  readonly total: number;
  readonly idempotencyKey: string;
}

export interface Receipt {
  readonly orderId: string;
  readonly paid: number;
}

const receipts = new Map<string, Receipt>();
let declines = 0;

export const bank = {
  async charge({ id, total, idempotencyKey }: Charge, signal: AbortSignal): Promise<Receipt> {
    signal.throwIfAborted();
    if (declines > 0) {
      declines -= 1;
      throw new Error('the card was declined');
    }
    const receipt = receipts.get(idempotencyKey) ?? { orderId: id, paid: total };
    receipts.set(idempotencyKey, receipt);
    return receipt;
  },
  /** Declines the next charges. */
  decline(times: number): void {
    declines = times;
  },
};
