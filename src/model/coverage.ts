// How much is known of the place that a sample was taken in: what coverage reports count by.

/**
 * Of a sample's leaf, best first.
 * - `line`: function, file and line.
 * - `function`: a name without a line.
 * - `object`: only the file (or kernel module, JIT region) that the code lies in.
 * - `nothing`: not even that; a marker says why.
 */
export const COVERAGE_LEVELS = ['line', 'function', 'object', 'nothing'] as const;
export type CoverageLevel = (typeof COVERAGE_LEVELS)[number];
