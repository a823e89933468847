// A status as OpenMetrics text. The numbers are cumulative already, so each scrape fills a fresh registry.
import type { OpenMetricsContentType } from 'prom-client';
import { Counter, Gauge, Registry } from 'prom-client';
import type { StatusBody } from './status.ts';

type Labels = Record<string, string>;
type Point = readonly [value: number, labels?: Labels];

class Metrics {
  readonly registry = new Registry<OpenMetricsContentType>();

  constructor() {
    this.registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  }

  /** Appears as `<name>_total`. */
  counter(name: string, help: string, points: readonly Point[]): void {
    const labelNames = Object.keys(points[0]?.[1] ?? {});
    const counter = new Counter({ name, help, labelNames, registers: [this.registry] });
    for (const [value, labels = {}] of points) counter.inc(labels, Math.max(0, value));
  }

  gauge(name: string, help: string, points: readonly Point[]): void {
    const labelNames = Object.keys(points[0]?.[1] ?? {});
    const gauge = new Gauge({ name, help, labelNames, registers: [this.registry] });
    for (const [value, labels = {}] of points) gauge.set(labels, value);
  }
}

function conservation(metrics: Metrics, status: StatusBody): void {
  if (status.conservation === undefined) return;
  const { perCpu, closed, unaccounted } = status.conservation;
  const byCpu = (pick: (account: (typeof perCpu)[number]) => number): Point[] =>
    perCpu.map((account) => [pick(account), { cpu: String(account.cpu) }]);

  metrics.counter(
    'pilotlight_ticks_expected',
    'Ticks by enabled time ÷ period.',
    byCpu((a) => a.expected),
  );
  // A difference of two readings may step back a little, which a counter must not.
  metrics.gauge(
    'pilotlight_ticks_not_fired',
    'Expected ticks without an entry.',
    byCpu((a) => a.notFired),
  );
  metrics.counter(
    'pilotlight_ticks_entries',
    'Entries of the BPF program.',
    byCpu((a) => a.entries),
  );
  metrics.counter(
    'pilotlight_ticks_idle',
    'Ticks that found the CPU idle.',
    byCpu((a) => a.idle),
  );
  metrics.counter(
    'pilotlight_ticks_samples',
    'Samples stored.',
    byCpu((a) => a.samples),
  );
  metrics.gauge(
    'pilotlight_ticks_pending',
    'Samples on their way to the store.',
    byCpu((a) => a.pending),
  );
  metrics.counter(
    'pilotlight_ticks_lost',
    'Ticks lost, by where.',
    perCpu.flatMap(({ cpu, losses }) =>
      Object.entries(losses).map(([loss, count]): Point => [count, { cpu: String(cpu), loss }]),
    ),
  );
  metrics.gauge('pilotlight_conservation_closed', '1 when every CPU adds up.', [[closed ? 1 : 0]]);
  metrics.gauge('pilotlight_conservation_unaccounted', 'Entries unaccounted for.', [[unaccounted]]);
}

function overhead(metrics: Metrics, { overhead: cost, rate, walks }: StatusBody): void {
  if (cost !== undefined) {
    metrics.gauge('pilotlight_bpf_ns_per_sample', 'BPF time per sample, ns.', [[cost.bpfNsPerSample ?? 0]]);
    metrics.gauge('pilotlight_cpu_percent', 'CPU of our processes, percent of one CPU.', [
      [cost.samplerCpuPercent, { process: 'sampler' }],
      [cost.serviceCpuPercent, { process: 'service' }],
    ]);
    metrics.gauge('pilotlight_resident_bytes', 'Resident set of our processes.', [[cost.rssBytes]]);
  }
  if (rate !== undefined) {
    metrics.gauge('pilotlight_rate_hz', 'Sampling rate.', [
      [rate.configuredHz, { which: 'configured' }],
      [rate.inForceHz, { which: 'in_force' }],
    ]);
  }
  const ends = Object.entries(walks ?? {});
  if (ends.length > 0) {
    const points = ends.map(([end, count]): Point => [count, { end }]);
    metrics.counter('pilotlight_walks', 'Stack walks, by how they ended.', points);
  }
}

function storage(metrics: Metrics, { store, coverage }: StatusBody): void {
  if (store !== undefined) {
    const { stacks, locations, symbols, objects, processes } = store;
    metrics.gauge('pilotlight_store_bytes', 'Size of the store on disk.', [[store.bytes]]);
    metrics.gauge('pilotlight_store_memory_bytes', 'Memory of the store.', [[store.memoryBytes]]);
    metrics.gauge('pilotlight_store_memory_limit_bytes', 'Its limit.', [[store.memoryLimitBytes]]);
    metrics.gauge('pilotlight_store_samples', 'Samples stored.', [[store.samples]]);
    metrics.gauge(
      'pilotlight_store_rows',
      'Rows of the tables beside the samples.',
      Object.entries({ stacks, locations, symbols, objects, processes }).map(([table, n]): Point => [
        n,
        { table },
      ]),
    );
  }
  if (typeof coverage?.namedShare === 'number') {
    metrics.gauge('pilotlight_named_share', 'Share of recent samples with a named leaf.', [
      [coverage.namedShare],
    ]);
  }
  if (coverage?.shares != null) {
    metrics.gauge(
      'pilotlight_coverage_share',
      'Share of recent samples by what is known of their leaf.',
      Object.entries(coverage.shares).map(([has, share]): Point => [share, { has }]),
    );
  }
}

export async function renderMetrics(status: StatusBody): Promise<{ text: string; contentType: string }> {
  const metrics = new Metrics();
  metrics.gauge('pilotlight_sampling', '1 when a sampler runs.', [[status.sampling ? 1 : 0]]);
  conservation(metrics, status);
  overhead(metrics, status);
  storage(metrics, status);
  return { text: await metrics.registry.metrics(), contentType: metrics.registry.contentType };
}
