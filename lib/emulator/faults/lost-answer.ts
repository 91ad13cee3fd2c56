/**
 * An answer that does not arrive. Over HTTP the connection breaks; in this process the call fails as a broken
 * connection does, which SDKs know by this code and try again.
 */
export class LostAnswer extends Error {
  readonly code = 'ECONNRESET';

  constructor(message: string) {
    super(message);
    this.name = 'LostAnswer';
  }
}
