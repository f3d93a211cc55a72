/** An address as a number and its length in bits; IPv4-mapped IPv6 addresses are unwrapped to IPv4. */
type Address = { readonly bits: 32 | 128; readonly value: bigint };

const MAPPED = 0xffffn << 32n;

function readIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  // A leading zero would be octal to some readers (RFC 6943 §3.1.1), so it is refused.
  if (parts.length !== 4 || !parts.every(part => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return undefined;
  return parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
}

function readGroups(text: string): string[] | undefined {
  const parts = text === '' ? [] : text.split(':');
  const tail = parts.at(-1);
  if (tail?.includes('.')) {
    const value = readIpv4(tail);
    if (value === undefined) return undefined;
    parts.splice(-1, 1, (value >> 16n).toString(16), (value & 0xffffn).toString(16));
  }
  return parts.every(part => /^[\da-f]{1,4}$/i.test(part)) ? parts : undefined;
}

function readIpv6(text: string): bigint | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  // Dotted IPv4 stands for the last 32 bits alone (RFC 4291 §2.2), so not before a gap.
  if (halves.length === 2 && halves[0]?.includes('.')) return undefined;
  const head = readGroups(halves[0] ?? '');
  const tail = readGroups(halves[1] ?? '');
  if (!head || !tail) return undefined;
  const gap = 8 - head.length - tail.length;
  if (halves.length === 1 ? gap !== 0 : gap < 1) return undefined;
  return [...head, ...Array<string>(gap).fill('0'), ...tail].reduce(
    (sum, part) => (sum << 16n) | BigInt(`0x${part}`),
    0n,
  );
}

/** Reads an IPv4 or IPv6 address; undefined for anything else (zone ids and ports included). */
export function readAddress(text: string): Address | undefined {
  const four = readIpv4(text);
  if (four !== undefined) return { bits: 32, value: four };
  const six = text.includes(':') ? readIpv6(text) : undefined;
  if (six === undefined) return undefined;
  return six >> 32n === MAPPED >> 32n ? { bits: 32, value: six & 0xffffffffn } : { bits: 128, value: six };
}

type Range = Address & { readonly prefix: number };

/** Reads `203.0.113.0/24` or a single address; undefined when malformed or when host bits are set. */
export function readRange(text: string): Range | undefined {
  const [base = '', length, ...rest] = text.split('/');
  const from = readAddress(base);
  if (!from || rest.length > 0) return undefined;
  if (length === undefined) return { ...from, prefix: from.bits };
  // A mapped base would make the prefix length ambiguous (of 128 bits or of 32), so it stands alone only.
  if (
    !/^(0|[1-9]\d{0,2})$/.test(length) ||
    Number(length) > from.bits ||
    (from.bits === 32 && base.includes(':'))
  )
    return undefined;
  const prefix = Number(length);
  const hostBits = BigInt(from.bits - prefix);
  return (from.value >> hostBits) << hostBits === from.value ? { ...from, prefix } : undefined;
}

/** Is the address inside the range? An IPv4 address is never inside an IPv6 range, nor the reverse. */
export function isInRange(one: Address, within: Range): boolean {
  const shift = BigInt(within.bits - within.prefix);
  return one.bits === within.bits && one.value >> shift === within.value >> shift;
}

/** Whose address it is, as far as one can tell: an IPv4 address, or the /64 of an IPv6 one, which is one link's. */
export function nameNetwork(text: string | undefined): string {
  const found = text === undefined ? undefined : readAddress(text);
  if (!found) return '';
  return found.bits === 32 ? String(found.value) : `${(found.value >> 64n).toString(16)}::/64`;
}
