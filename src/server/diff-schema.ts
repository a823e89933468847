// The body of GET /api/v1/diff, part of the public interface.
import { z } from '@hono/zod-openapi';
import { NORMALIZATIONS } from '../query/diff.ts';

const column = z.array(z.number());

const sideSchema = z
  .object({
    fromMs: z.number(),
    untilMs: z.number(),
    query: z.string().openapi({ description: "The selector as it was given; '' is everything." }),
    total: z.number().openapi({ description: 'CPU time of the side, ns.' }),
    totalCount: z.number().openapi({ description: 'Samples of the side.' }),
    cores: z
      .number()
      .openapi({ description: '`total` over the length of the window: CPUs busy on average.' }),
    periodNs: z.number().openapi({ description: 'Sampling period most in force; 0 without samples.' }),
  })
  .openapi('DiffSide');

const nodeSideSchema = z
  .object({
    self: column,
    total: column,
    count: column.openapi({ description: 'Samples of `total`.' }),
    share: column.openapi({ description: "`total` over the side's whole CPU time." }),
    rate: column.openapi({ description: '`total` per second of the window, in CPUs.' }),
  })
  .openapi('DiffNodeSide');

const significance = z.null().openapi({ description: 'Not worked out yet.' });

const nodesSchema = z
  .object({
    parent: column,
    name: column,
    object: column,
    file: column.openapi({ description: 'Index into `files`.' }),
    line: column.openapi({ description: '0 where unknown.' }),
    left: nodeSideSchema,
    right: nodeSideSchema,
    change: column.openapi({ description: 'Right minus left of `total`, under `normalize`.' }),
    significance,
  })
  .openapi('DiffNodes', { description: 'Depth first; node 0 is the root, its parent -1.' });

const functionSideSchema = z
  .object({
    self: z.number(),
    total: z.number().openapi({ description: 'Once per stack, however often the function recurs in it.' }),
    selfCount: z.number(),
    totalCount: z.number(),
    selfShare: z.number(),
    totalShare: z.number(),
    selfRate: z.number(),
    totalRate: z.number(),
  })
  .openapi('DiffFunctionSide');

const functionSchema = z
  .object({
    name: z.string(),
    object: z.string(),
    file: z.string(),
    left: functionSideSchema,
    right: functionSideSchema,
    change: z
      .object({ self: z.number(), total: z.number() })
      .openapi({ description: 'Right minus left, under `normalize`.' }),
    significance,
  })
  .openapi('DiffFunction');

const hiddenSideSchema = z
  .object({
    count: z.number().openapi({ description: 'Samples that have their leaf in what is hidden.' }),
    share: z.number().openapi({ description: "Of the side's whole CPU time." }),
  })
  .openapi('DiffHiddenSide');

export const diffSchema = z
  .object({
    unit: z.literal('nanoseconds').openapi({ description: 'Of every `self` and `total`.' }),
    normalize: z.enum(NORMALIZATIONS),
    left: sideSchema,
    right: sideSchema,
    names: z.array(z.string()),
    objects: z.array(z.string()).openapi({ description: "Paths of objects; the first is '' (none)." }),
    files: z.array(z.string()).openapi({ description: "Source files; the first is '' (unknown)." }),
    objectKinds: z.array(z.string()).openapi({ description: 'Kind of each object, in the same order.' }),
    nodes: nodesSchema,
    hidden: z.object({ nodes: z.number(), left: hiddenSideSchema, right: hiddenSideSchema }),
    functions: z.array(functionSchema).openapi({ description: 'Largest change first.' }),
    hiddenFunctions: z.object({ functions: z.number(), left: hiddenSideSchema, right: hiddenSideSchema }),
    verdict: z.null().openapi({ description: 'Not worked out yet.' }),
  })
  .openapi('Diff');
export type DiffBody = z.infer<typeof diffSchema>;
