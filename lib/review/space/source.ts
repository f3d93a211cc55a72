import { readAddress, readRange } from '../../policy/cidr.ts';

const SIZES = { 32: 1n << 32n, 128: 1n << 128n } as const;
type AddressBits = keyof typeof SIZES;

function formatIpv4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map(shift => (value >> shift) & 255n).join('.');
}

function formatIpv6(value: bigint): string {
  return Array.from({ length: 8 }, (_, at) => ((value >> BigInt(112 - 16 * at)) & 0xffffn).toString(16)).join(
    ':',
  );
}

/** An address that stands for each stretch between the ends of these ranges, of one length. */
function listStretches(ranges: readonly string[], bits: AddressBits): string[] {
  const starts = new Set<bigint>([0n]);
  for (const text of ranges) {
    const read = readRange(text);
    if (read?.bits !== bits) continue;
    starts.add(read.value);
    starts.add(read.value + (1n << BigInt(bits - read.prefix)));
  }
  return [...starts].filter(start => start < SIZES[bits]).map(bits === 32 ? formatIpv4 : formatIpv6);
}

/** Addresses of which no two are in the same of these ranges and in the same of the gaps between them. */
export function listSourcePoints(ranges: readonly string[]): string[] {
  return [...listStretches(ranges, 32), ...listStretches(ranges, 128)].filter(
    text => readAddress(text) !== undefined,
  );
}
