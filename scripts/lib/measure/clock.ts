/** Long enough to see the wall clock, which has whole milliseconds, go on. */
const LOOK_MS = 3;

let measured: number | undefined;

/**
 * When performance.now() was 0, in milliseconds since 1970, the same to a fraction of one for every process of this host.
 * performance.timeOrigin is not: on a busy machine, a process may be held up between the two clocks that it is made of.
 */
export function epoch(): number {
  return (measured ??= measure());
}

/** Milliseconds since 1970, on the clock of the samples. */
export const now = (): number => epoch() + performance.now();

/** Right after the wall clock has gone on, it is not rounded: the difference is greatest then, and never too great. */
function measure(): number {
  const end = performance.now() + LOOK_MS;
  let greatest = -Infinity;
  while (performance.now() < end) greatest = Math.max(greatest, Date.now() - performance.now());
  return greatest;
}
