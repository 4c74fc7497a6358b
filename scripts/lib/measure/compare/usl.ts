/** So many sizes at least: with fewer, three coefficients fit anything. */
export const USL_SIZES = 6;

/** A Universal Scalability Law: rate(n) = one * n / (1 + contention * (n - 1) + coherence * n * (n - 1)) [N. Gunther]. */
export interface Usl {
  /** Of a single replica, as the law has it. */
  one: number;
  /** Share of the work that waits for its turn. */
  contention: number;
  /** Share that each replica costs each other one. */
  coherence: number;
  /** Replicas with which the rate is highest; absent where it grows without end. */
  peak?: number;
  /** What was measured of each size, and the law's own: what they differ by says how good the law is. */
  residuals: { size: number; rate: number; law: number }[];
}

/**
 * Fits the law to rates by size: least squares of the relative errors, in the form in which it is linear. Undefined with
 * fewer than six different sizes.
 */
export function fitUsl(points: readonly { size: number; rate: number }[]): Usl | undefined {
  if (new Set(points.map(({ size }) => size)).size < USL_SIZES) return undefined;
  // size / rate = a + b * (size - 1) + c * size * (size - 1), each row divided by its left side.
  const rows = points.map(({ size, rate }) => {
    const weight = rate / size;
    return [weight, weight * (size - 1), weight * size * (size - 1)] as const;
  });
  const matrix = [0, 1, 2].map((row) => [
    ...[0, 1, 2].map((column) => rows.reduce((sum, cells) => sum + cells[row]! * cells[column]!, 0)),
    rows.reduce((sum, cells) => sum + cells[row]!, 0),
  ]);
  const [a = NaN, b = NaN, c = NaN] = solve(matrix);
  const [one, contention, coherence] = [1 / a, b / a, c / a];
  const law = (size: number) => (one * size) / (1 + contention * (size - 1) + coherence * size * (size - 1));
  const residuals = points.map(({ size, rate }) => ({ size, rate, law: law(size) }));
  const peak = coherence > 0 && contention < 1 ? Math.sqrt((1 - contention) / coherence) : undefined;
  return { one, contention, coherence, residuals, ...(peak !== undefined && { peak }) };
}

/** Solves linear equations, a row each with its right side last (Gauss, with the largest pivot). */
function solve(matrix: number[][]): number[] {
  const rows = matrix.map((row) => [...row]);
  for (let column = 0; column < rows.length; column++) {
    const pivot = rows.slice(column).reduce((a, b) => (Math.abs(b[column]!) > Math.abs(a[column]!) ? b : a));
    rows.splice(rows.indexOf(pivot), 1);
    rows.splice(column, 0, pivot);
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = row[column]! / pivot[column]!;
      for (let index = column; index < row.length; index++) row[index]! -= factor * pivot[index]!;
    }
  }
  return rows.map((row, index) => row.at(-1)! / row[index]!);
}
