/**
 * @param {ArrayLike<number>} values
 * @param {number} fraction 0.5 is the median
 * @returns {number} NaN of nothing
 */
export function percentile(values, fraction) {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return Number.NaN;
  return sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))];
}

/**
 * @param {number[]} values
 * @returns {{ median: number, min: number, max: number } | undefined} undefined of nothing
 */
export function summary(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return undefined;
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1] };
}
