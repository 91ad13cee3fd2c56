/** Seeded chance: the same seed gives the same run. */

/** Numbers in [0, 1) from a seed (the public-domain generator sfc32, warmed up). */
export function createRandom(seed: number): () => number {
  let a = seed | 0;
  let b = (seed * 0x9e3779b9) | 0;
  let c = 0x2545f491 ^ seed;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let turn = 0; turn < 15; turn++) next();
  return next;
}
