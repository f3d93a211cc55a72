/** Addresses and ranges as strings of bits, so that "lies in" is "begins with". */

function bits(value: number, width: number): string {
  return value.toString(2).padStart(width, '0');
}

function four(text: string): string | undefined {
  const parts = text.split('.');
  const sound =
    parts.length === 4 && parts.every(part => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return sound ? parts.map(part => bits(Number(part), 8)).join('') : undefined;
}

function groups(text: string): string | undefined {
  if (text === '') return '';
  const parts = text.split(':').map((part, index, { length }) => {
    if (index === length - 1 && part.includes('.')) return four(part);
    return /^[\da-f]{1,4}$/i.test(part) ? bits(Number.parseInt(part, 16), 16) : undefined;
  });
  return parts.every(part => part !== undefined) ? parts.join('') : undefined;
}

function six(text: string): string | undefined {
  const [before = '', after, ...more] = text.split('::');
  if (more.length > 0) return undefined;
  const head = groups(before);
  if (after === undefined) return head?.length === 128 ? head : undefined;
  const tail = groups(after);
  if (head === undefined || tail === undefined || head.length % 16 > 0 || head.length + tail.length > 112)
    return undefined;
  // Dotted quads may only stand at the very end.
  return before.includes('.') ? undefined : head.padEnd(128 - tail.length, '0') + tail;
}

const MAPPED = '0'.repeat(80) + '1'.repeat(16);

/** The bits of an address, IPv4-mapped ones unwrapped; undefined for anything else. */
export function bitsOf(address: string): string | undefined {
  const long = address.includes(':') ? six(address) : undefined;
  return long === undefined ? four(address) : long.startsWith(MAPPED) ? long.slice(96) : long;
}

/** A range as the length of its addresses and the bits that they share. */
export function rangeOf(text: string): readonly [length: number, common: string] {
  const [address = '', length] = text.split('/');
  const own = bitsOf(address);
  if (own === undefined) throw new Error(`not a range: ${text}`);
  return [own.length, own.slice(0, length === undefined ? own.length : Number(length))];
}
