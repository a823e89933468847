// What GET /api/v1/diff answers. Left is the base ("before"), right the window ("after").
import type { DiffBody } from '../../../src/server/diff-schema.ts';

export type { DiffBody };

/** `share` of each side's CPU time, CPUs busy (`core-seconds`), or CPU time as it is (`none`). */
export type Normalization = DiffBody['normalize'];
/** Columns of one side; `self` and `total` in ns, `rate` in CPUs. */
export type DiffColumns = DiffBody['nodes']['left'];
export type DiffFunction = DiffBody['functions'][number];
