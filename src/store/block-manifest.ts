// What a block says of itself, in manifest.json beside its Parquet files: enough to read it without this store.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { labelSumsSchema } from './accounting-labels.ts';
import { TIERS } from './profile-store.ts';
import type { Tier } from './profile-store.ts';
import { reasonOf } from './store-error.ts';

/**
 * Layout of a block: raised with every change that an older Pilotlight could not read. In format 1 samples had the ids of their
 * stacks, which are hashes of 64 bits; since format 2 they have the stacks' numbers in the block's stacks.parquet. Until format 2
 * stacks had the ids of their locations; since format 3 they have the locations' numbers in the block's locations.parquet.
 */
export const BLOCK_FORMAT = 3;
export const MANIFEST = 'manifest.json';

/**
 * The Parquet files of a block. Their columns are those of the tables of schema.ts, but for three: samples have the number of a
 * stack in the place of its id, stacks have that number as well; frames are the table `symbols`, with object and address in
 * the place of the location's id. Numbers of stacks are the block's own, from 0 on; those of locations are the database's that it was
 * written from.
 */
export const BLOCK_FILES = [
  'samples.parquet',
  'stacks.parquet',
  'locations.parquet',
  'frames.parquet',
  'objects.parquet',
  'processes.parquet',
] as const;
export type BlockFile = (typeof BLOCK_FILES)[number];

/** What a time of samples.parquet is the beginning of. */
export const RESOLUTION_MS: Readonly<Record<Tier, number>> = { raw: 1, '10s': 10_000, '1min': 60_000 };

/** What is kept of samples: all of it in a raw block, without the last three columns where they were summed up. */
export const KEPT_COLUMNS = [
  'time_ms',
  'process_id',
  'thread',
  'stack_id',
  'kind',
  'count',
  'weight_ns',
] as const;
export const RAW_COLUMNS = ['cpu', 'tid', 'walk'] as const;

export function columnsOf(tier: Tier): readonly string[] {
  return tier === 'raw' ? [...KEPT_COLUMNS, ...RAW_COLUMNS] : KEPT_COLUMNS;
}

/** Columns of a samples.parquet. */
export function fileColumnsOf(tier: Tier, format: number): readonly string[] {
  if (format === 1) return columnsOf(tier);
  return columnsOf(tier).map((name) => (name === 'stack_id' ? 'stack' : name));
}

/** Columns of a stacks.parquet and of a locations.parquet. */
export function stackColumnsOf(format: number): readonly string[] {
  return [...(format > 1 ? ['stack'] : []), 'stack_id', format > 2 ? 'locations' : 'location_ids'];
}
export function locationColumnsOf(format: number): readonly string[] {
  return [...(format > 2 ? ['location'] : []), 'location_id', 'object_id', 'address'];
}

/** Names of folders: the time of the first sample, the tier, and something that no other block has. */
const BLOCK_ID = /^\d{8}T\d{6}Z-(?:raw|10s|1min)-[0-9a-f]{8}$/;

export function isBlockId(name: string): boolean {
  return BLOCK_ID.test(name);
}

const whole = z.number().int().nonnegative();
const fileSchema = z.object({ bytes: whole, sha256: z.string().regex(/^[0-9a-f]{64}$/) });

const manifestSchema = z.object({
  format: z.number().int(),
  id: z.string().regex(BLOCK_ID),
  /** The store that wrote it, and the value of the label `host` of its samples. */
  store: z.string(),
  host: z.string(),
  createdMs: z.number(),
  tier: z.enum(TIERS),
  resolutionMs: whole,
  /** Columns of samples.parquet; what a roll-up dropped is not among them. */
  columns: z.array(z.string()),
  /** The first sample (or bucket), and the end of the last, ms since the epoch. */
  fromMs: z.number().int(),
  untilMs: z.number().int(),
  rows: whole,
  samples: whole,
  weightNs: z.number().nonnegative(),
  stacks: whole,
  processes: whole,
  /** Whose samples they are; blocks of earlier builds do not say. */
  labels: labelSumsSchema.optional(),
  /** Blocks that this one was made of, and that it stands for. */
  replaces: z.array(z.string()),
  files: z.object(
    Object.fromEntries(BLOCK_FILES.map((name) => [name, fileSchema])) as Record<BlockFile, typeof fileSchema>,
  ),
});

export type BlockManifest = z.infer<typeof manifestSchema>;

export type ReadManifest = { ok: true; manifest: BlockManifest } | { ok: false; reason: string };

/** A manifest that is missing or wrong is a reason, not an error. */
export async function readManifest(folder: string): Promise<ReadManifest> {
  let text: string;
  try {
    text = await readFile(join(folder, MANIFEST), 'utf8');
  } catch (error) {
    return { ok: false, reason: `${MANIFEST} cannot be read: ${reasonOf(error)}` };
  }
  try {
    const json: unknown = JSON.parse(text);
    const format = z.object({ format: z.number() }).safeParse(json);
    if (format.success && format.data.format > BLOCK_FORMAT) {
      return { ok: false, reason: `it has format ${format.data.format}, this build knows ${BLOCK_FORMAT}` };
    }
    const manifest = manifestSchema.safeParse(json);
    if (manifest.success) return { ok: true, manifest: manifest.data };
    const [issue] = manifest.error.issues;
    return { ok: false, reason: `${MANIFEST} is malformed at ${issue!.path.join('.')}: ${issue!.message}` };
  } catch (error) {
    return { ok: false, reason: `${MANIFEST} is malformed: ${reasonOf(error)}` };
  }
}
