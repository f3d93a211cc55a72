import type { IncomingHttpHeaders } from 'node:http';

/** The time by the other side of a request, and ours around it: all in seconds since the epoch. */
export type ClockReading = { readonly theirs: number; readonly sent: number; readonly received: number };

/** Takes note of a reading. */
export type NoteTime = (reading: ClockReading) => void;

/**
 * The time by an answer's `Date`, and by `Age` where a cache kept it (RFC 9111 §4.2.3); undefined where it says none.
 * Both count whole seconds.
 */
export function readDate(
  headers: IncomingHttpHeaders,
  sent: number,
  received: number,
): ClockReading | undefined {
  const date = Date.parse(headers.date ?? '') / 1000;
  const age = Number(headers['age'] ?? 0);
  return Number.isFinite(date) && age >= 0 ? { theirs: date + age, sent, received } : undefined;
}
