/** IP addresses as patterns compare them: as numbers, so that 'fe80::1' and 'FE80:0::1' are one address. */

/** An address as a number; the two families never compare equal. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** A block of addresses, both ends included. */
export interface IpBlock {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** Reads an address; undefined for any other text. */
export function parseIp(text: string): IpAddress | undefined {
  if (/^\d+\.\d+\.\d+\.\d+$/.test(text)) return parseIpV4(text);
  return /^[0-9a-fA-F:]*:[0-9a-fA-F:]*$/.test(text) ? parseIpV6(text) : undefined;
}

/** Whether an address lies in a block. */
export function isInBlock(address: IpAddress, block: IpBlock): boolean {
  return address.family === block.family && address.value >= block.first && address.value <= block.last;
}

/** Reads CIDR notation, or says what is wrong with it in the words of AWS's matching engine. */
export function parseCidr(text: string): IpBlock | { readonly refused: string } {
  const [ip, bits, more] = text.split('/');
  if (ip === undefined || bits === undefined || more !== undefined)
    return { refused: "Malformed CIDR, one '/' required" };
  if (!/^[+-]?\d+$/.test(bits)) return { refused: 'Malformed CIDR, mask bits must be an integer' };
  const mask = Number(bits);
  if (mask < 0) return { refused: 'Malformed CIDR, mask bits must not be negative' };
  const address = parseIp(ip);
  if (address === undefined) return { refused: `Nonstandard IP address: ${ip}` };
  const { family, value } = address;
  const width = family === 4 ? 32 : 128;
  if (mask >= width) return { refused: `IPv${family} mask bits must be < ${width}` };
  // The engine takes the address itself as the first of the block, not the one with its low bits cleared.
  return { family, first: value, last: value | ((1n << BigInt(width - mask)) - 1n) };
}

function parseIpV4(text: string): IpAddress | undefined {
  const parts = text.split('.').map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  return { family: 4, value: parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
}

function parseIpV6(text: string): IpAddress | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const before = head ?? [];
  const after = tail ?? [];
  const missing = 8 - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array.from({ length: missing }, () => '0'), ...after];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return { family: 6, value: groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n) };
}
