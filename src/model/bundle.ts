// A bundle: a folder with the blocks of one window. bundle.json says what it is, and lists every file of it.
import { z } from 'zod';

export const BUNDLE_FILE = 'bundle.json';
/** Raised with every change that an older Pilotlight could not read. */
export const BUNDLE_FORMAT = 1;

/** Every other file of a bundle: of a block, one level deep. Nothing else is ever written where a bundle is unpacked. */
const BLOCK_PATH = /^blocks\/\d{8}T\d{6}Z-(?:raw|10s|1min)-[0-9a-f]{8}\/(?:manifest\.json|[a-z]+\.parquet)$/;

export function isBundlePath(path: string): boolean {
  return path === BUNDLE_FILE || BLOCK_PATH.test(path);
}

const whole = z.number().int().nonnegative();

const blockSchema = z.object({
  id: z.string().regex(/^[\w-]{1,64}$/),
  tier: z.enum(['raw', '10s', '1min']),
  fromMs: z.number().int(),
  untilMs: z.number().int(),
  rows: whole,
  samples: whole,
  weightNs: z.number().nonnegative(),
  /** Of all its files. */
  bytes: whole,
});

const bundleSchema = z.object({
  /** For people who find the file. */
  about: z.string(),
  format: whole,
  /** Of the Pilotlight that wrote it. */
  version: z.string(),
  /** Value of the label `host` of its samples. */
  host: z.string(),
  createdMs: z.number(),
  /** The window, ms since the epoch, and the selector, as they were asked for. */
  fromMs: z.number(),
  untilMs: z.number(),
  query: z.string(),
  /** Sums over the blocks. */
  samples: whole,
  weightNs: z.number().nonnegative(),
  blocks: z.array(blockSchema),
  /** All files but this one, by their path in the folder. */
  files: z.record(
    z.string().regex(BLOCK_PATH),
    z.object({ bytes: whole, sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  ),
});

export type Bundle = z.infer<typeof bundleSchema>;
export type BundleBlock = Bundle['blocks'][number];

export type ParsedBundle = { ok: true; bundle: Bundle } | { ok: false; reason: string };

/** The text of a bundle.json. */
export function parseBundle(text: string): ParsedBundle {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, reason: `${BUNDLE_FILE} is not JSON` };
  }
  const format = z.object({ format: z.number() }).safeParse(json);
  if (format.success && format.data.format > BUNDLE_FORMAT) {
    return {
      ok: false,
      reason: `it has format ${format.data.format}, this build knows ${BUNDLE_FORMAT}: use a newer Pilotlight`,
    };
  }
  const parsed = bundleSchema.safeParse(json);
  if (parsed.success) return { ok: true, bundle: parsed.data };
  const [issue] = parsed.error.issues;
  return { ok: false, reason: `${BUNDLE_FILE} is malformed at ${issue!.path.join('.')}: ${issue!.message}` };
}
