/** A whole number from 0 up to, not including, `n`. */
export type Draw = (n: number) => number;

/** What a change may draw on. */
export type Pantry = {
  readonly draw: Draw;
  readonly words: readonly Buffer[];
  readonly corpus: readonly Uint8Array[];
};

function chosen<T>(draw: Draw, from: readonly T[]): T {
  return from[draw(from.length)] as T;
}

function splice(input: Uint8Array, from: number, to: number, put: Uint8Array): Uint8Array {
  return Buffer.concat([input.subarray(0, from), put, input.subarray(to)]);
}

export const NOTHING = new Uint8Array();

/** A stretch of the input, mostly short. */
function stretch(draw: Draw, { length }: Uint8Array): [from: number, to: number] {
  const from = draw(length + 1);
  const most = draw(4) === 0 ? length : 16;
  return [from, Math.min(length, from + draw(most + 1))];
}

/** Where the input may be cut without breaking a line, a pair or a member. */
const SEAMS = new Set(Buffer.from('\n&,{}[].:= '));
function seam(draw: Draw, input: Uint8Array): number {
  const start = draw(input.length + 1);
  const found = input.subarray(start, start + 200).findIndex(byte => SEAMS.has(byte));
  return found < 0 ? start : start + found + draw(2);
}
function piece(draw: Draw, input: Uint8Array): [from: number, to: number] {
  const [one, other] = [seam(draw, input), seam(draw, input)];
  const [from, to] = one < other ? [one, other] : [other, one];
  return draw(3) === 0 ? [from, to] : [from, Math.min(to, from + 80)];
}

type Change = (input: Uint8Array, pantry: Pantry) => Uint8Array;

const CHANGES: readonly Change[] = [
  // Bytes
  (input, { draw }) => {
    const at = draw(input.length + 1);
    return splice(input, at, Math.min(at + 1, input.length), Uint8Array.of(draw(256)));
  },
  (input, { draw }) => {
    const at = draw(input.length + 1);
    return splice(
      input,
      at,
      Math.min(at + 1, input.length),
      Uint8Array.of((input[at] ?? 0) ^ (1 << draw(8))),
    );
  },
  (input, { draw }) => splice(input, ...stretch(draw, input), NOTHING),
  // Words
  (input, { draw, words }) => {
    const at = draw(2) === 0 ? seam(draw, input) : draw(input.length + 1);
    return splice(input, at, at, chosen(draw, words));
  },
  (input, { draw, words }) => splice(input, ...stretch(draw, input), chosen(draw, words)),
  // Pieces
  (input, { draw }) => splice(input, ...piece(draw, input), NOTHING),
  (input, { draw }) => {
    const at = seam(draw, input);
    return splice(input, at, at, input.subarray(...piece(draw, input)));
  },
  (input, { draw, corpus }) => {
    const other = chosen(draw, corpus);
    return splice(input, ...piece(draw, input), other.subarray(...piece(draw, other)));
  },
  // Many of one thing, rarely very many
  (input, { draw }) => {
    const [from, to] = piece(draw, input);
    const times = draw(100) === 0 ? draw(8_000) : draw(20);
    return splice(
      input,
      to,
      to,
      Buffer.concat(Array(times).fill(input.subarray(from, Math.min(to, from + 40)))),
    );
  },
  (input, { draw, words }) => {
    const at = seam(draw, input);
    const times = draw(100) === 0 ? draw(8_000) : draw(20);
    return splice(input, at, at, Buffer.concat(Array(times).fill(chosen(draw, words))));
  },
];

/** Another input from this one: mostly one change, seldom more than four. */
export function mutate(input: Uint8Array, pantry: Pantry, most: number): Uint8Array {
  let changed = input;
  do changed = chosen(pantry.draw, CHANGES)(changed, pantry).subarray(0, most);
  while (pantry.draw(2) === 0);
  return changed;
}

/** A shorter input that still fails the same way: pieces are left out as long as it does. */
export async function shrink(
  input: Uint8Array,
  fails: (input: Uint8Array) => Promise<boolean>,
): Promise<Uint8Array> {
  let best = input;
  let tries = 2_000;
  for (let size = best.length >> 1; size >= 1; size >>= 1) {
    for (let from = 0; from < best.length && tries > 0; tries--) {
      const shorter = splice(best, from, Math.min(from + size, best.length), NOTHING);
      if (await fails(shorter)) best = shorter;
      else from += size;
    }
  }
  return best;
}
