// What disk space is accounted by, and how a block's manifest says whose samples it holds.
import { z } from 'zod';
import type { LabelName } from '../model/selector.ts';

export const ACCOUNTED_LABELS = ['comm', 'user', 'container'] as const satisfies readonly LabelName[];
export type AccountedLabel = (typeof ACCOUNTED_LABELS)[number];

/** Values kept per label and block, most samples first: some 2 kB of a manifest. */
export const MAX_LABEL_SUMS = 30;

const sums = z.array(z.tuple([z.string(), z.number().int().nonnegative()]));
/** By label: values with their samples. What is missing to all samples of the block is of further values. */
export const labelSumsSchema = z.object({ comm: sums, user: sums, container: sums });
export type LabelSums = z.infer<typeof labelSumsSchema>;
