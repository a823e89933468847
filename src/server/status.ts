// The body of GET /api/v1/status, part of the public interface. Every part but `sampling` is absent
// when it does not apply: without a sampler there is no conservation to show.
import { z } from '@hono/zod-openapi';

const counts = z.record(z.string(), z.number());

export const cpuAccountSchema = z
  .object({
    cpu: z.number().int(),
    expected: z.number().openapi({ description: 'Enabled time of the perf event ÷ period.' }),
    notFired: z.number().openapi({ description: 'expected − entries: overruns, steal, skipped ticks.' }),
    entries: z.number().openapi({ description: 'Times the BPF program was entered.' }),
    idle: z.number(),
    samples: z.number().openapi({ description: 'Samples stored.' }),
    pending: z.number().openapi({ description: 'Samples on their way to the store.' }),
    losses: counts,
  })
  .openapi('CpuAccount');

export const conservationSchema = z
  .object({
    closed: z.boolean().openapi({ description: 'entries = idle + samples + pending + losses on every CPU.' }),
    unaccounted: z.number(),
    perCpu: z.array(cpuAccountSchema),
  })
  .openapi('Conservation');

export const overheadSchema = z
  .object({
    bpfNsPerSample: z.number().nullable().openapi({ description: 'Null until a sample was taken.' }),
    bpfNsPerIdleTick: z.number().nullable().optional().openapi({
      description: 'Time in the BPF program for a tick of an idle CPU; null until there was one.',
    }),
    samplerCpuPercent: z.number().openapi({ description: 'Of one CPU; the BPF program excluded.' }),
    serviceCpuPercent: z.number().openapi({ description: 'Of one CPU.' }),
    bpfCpuPercent: z
      .number()
      .optional()
      .openapi({ description: 'Of one CPU; time in the BPF program, all CPUs.' }),
    rssBytes: z.number().openapi({ description: 'Resident set of all our processes.' }),
  })
  .openapi('Overhead');

export const rateSchema = z
  .object({
    configuredHz: z.number(),
    inForceHz: z.number(),
    reason: z.string().optional().openapi({ description: 'Why the two differ.' }),
  })
  .openapi('Rate');

export const budgetSchema = z
  .object({
    used: z.number(),
    limit: z.number(),
    unit: z.string().openapi({ example: 'bytes' }),
    /** The named step down that is in force, where one is. */
    stepDown: z.string().optional(),
  })
  .openapi('Budget');

export const hostSchema = z
  .object({
    name: z.string(),
    kernel: z.string(),
    cpus: z.number().int(),
    bootId: z.string().optional(),
    version: z.string().optional().openapi({ description: 'Version of Pilotlight.' }),
    startedMs: z.number().optional(),
  })
  .openapi('Host');

const tierSchema = z
  .object({
    blocks: z.number().int(),
    bytes: z.number(),
    rows: z.number(),
    samples: z.number(),
    weightNs: z.number().openapi({ description: 'CPU time, ns.' }),
  })
  .openapi('TierUsage');

const labelShareSchema = z.object({ samples: z.number(), bytes: z.number() });
const labelAccountSchema = z.object({
  values: z.array(labelShareSchema.extend({ value: z.string() })),
  others: labelShareSchema.openapi({ description: 'Of all values that are not listed.' }),
});

export const diskSchema = z
  .object({
    days: z
      .array(
        z.object({
          day: z.string().openapi({ example: '2026-11-23', description: 'UTC.' }),
          bytes: z.number(),
          samples: z.number(),
          tiers: z.object({ raw: z.number(), '10s': z.number(), '1min': z.number() }),
        }),
      )
      .openapi({ description: 'Bytes of blocks, the earliest day first.' }),
    labels: z
      .object({ comm: labelAccountSchema, user: labelAccountSchema, container: labelAccountSchema })
      .openapi({ description: 'Bytes of blocks by their share of samples, most bytes first.' }),
    bytesPerDay: z
      .object({ raw: z.number().nullable(), '10s': z.number().nullable(), '1min': z.number().nullable() })
      .openapi({ description: 'What a day takes lately; null where there is no block of the tier.' }),
    outlook: z
      .object({
        costs: z.array(z.object({ days: z.number(), bytes: z.number() })),
        limitDays: z.number().nullable().openapi({
          description: 'Retention at which --retention-size deletes before age does; null: never.',
        }),
      })
      .nullable()
      .openapi({
        description:
          'What everything would take with another --retention, should days go on as lately. ' +
          'Null before the first block, and where nothing is deleted (--no-sampler).',
      }),
  })
  .openapi('DiskAccount');

export const retentionSchema = z
  .object({
    rawForMs: z.number().openapi({ description: 'Every sample is kept so long.' }),
    retentionMs: z.number(),
    retentionBytes: z.number(),
  })
  .openapi('Retention');

export const storeSchema = z
  .object({
    bytes: z.number(),
    hotBytes: z.number().openapi({ description: 'Of the database alone, without the blocks.' }),
    tiers: z
      .object({ raw: tierSchema, '10s': tierSchema, '1min': tierSchema })
      .openapi({ description: 'Blocks by what they keep: every sample, sums of 10 s, sums of a minute.' }),
    brokenBlocks: z.number().int().openapi({ description: 'Set aside because they cannot be read.' }),
    hotRows: z.number().openapi({ description: 'Samples that are in no block yet.' }),
    memoryBytes: z.number(),
    memoryLimitBytes: z.number(),
    samples: z.number(),
    stacks: z.number(),
    locations: z.number(),
    symbols: z.number(),
    objects: z.number(),
    processes: z.number(),
    oldestMs: z.number().nullable(),
    newestMs: z.number().nullable(),
    disk: diskSchema.optional(),
  })
  .openapi('StoreUsage');

const share = z.number();

export const coverageSchema = z
  .object({
    fromMs: z.number(),
    untilMs: z.number(),
    samples: z.number(),
    namedSamples: z.number(),
    namedShare: z
      .number()
      .nullable()
      .openapi({ description: 'Share of samples with a named leaf; null without samples.' }),
    unresolved: z.array(z.object({ buildId: z.string(), path: z.string(), samples: z.number() })),
    shares: z
      .object({ line: share, function: share, object: share, nothing: share })
      .nullable()
      .openapi({
        description:
          'Of the samples, by what is known of their leaf: function, file and line; a function; only its object; ' +
          'not even that. Null without samples.',
      }),
    gain: z
      .array(
        z.object({
          buildId: z.string(),
          path: z.string(),
          samples: z.number().openapi({ description: 'Without a line.' }),
          has: z.enum(['function', 'object']).openapi({ description: 'What most of them have.' }),
          advice: z.string().openapi({
            description: 'What to install or to do, a command where there is one; empty where nothing helps.',
            example: 'sudo apt-get install libc6-dbg',
          }),
        }),
      )
      .openapi({ description: 'Objects that would gain most from better symbols, most samples first.' }),
  })
  .openapi('Coverage');

export const statusSchema = z
  .object({
    sampling: z.boolean(),
    conservation: conservationSchema.optional(),
    walks: counts.optional().openapi({ description: 'How stack walks ended, by name.' }),
    overhead: overheadSchema.optional(),
    rate: rateSchema.optional(),
    budgets: z.record(z.string(), budgetSchema).optional(),
    retention: retentionSchema.optional(),
    host: hostSchema.optional(),
    store: storeSchema.optional(),
    coverage: coverageSchema.optional(),
  })
  .openapi('Status');

export type StatusBody = z.infer<typeof statusSchema>;
