/** Seconds since the epoch, from `start` on, running so many times as fast as time does. */
export function clockFrom(start: number, speed = 1): () => number {
  const began = performance.now();
  return () => start + ((performance.now() - began) / 1000) * speed;
}
