// The section "overhead" of docs/benchmarks.md, and the same on the terminal.
import type { Interval } from '../lib/interval.ts';
import type { Aim } from '../lib/report.ts';
import { aimsTable, aimVerdict, table } from '../lib/report.ts';
import type { RunFacts } from '../lib/run-facts.ts';
import { factLines } from '../lib/run-facts.ts';
import type { OverheadOptions } from './options.ts';
import type { CpuCost, SteadyResult } from './steady.ts';
import type { ThroughputResult } from './throughput.ts';
import { percent } from './throughput.ts';
import type { ToolCost } from './tools.ts';

/** The parts that ran. */
export interface OverheadResult {
  throughput?: ThroughputResult;
  tools?: ToolCost[];
  steady?: SteadyResult;
}

export interface OverheadFacts extends RunFacts {
  /** Share of the host that was busy before anything was started. */
  busyBefore: number;
}

const AIM_CPU_PERCENT = 0.5;
const AIM_RSS_BYTES = 220e6;
const AIM_PEAK_BYTES = 450e6;
/** Above these others used so much of the machine that the figures are to be doubted. */
const NOISY = { busyBefore: 0.05, steal: 0.02, disturbed: 0.02 };

export function aims({ throughput, steady }: OverheadResult): Aim[] {
  return [perfAim(throughput), ...steadyAims(steady)];
}

function perfAim(throughput: ThroughputResult | undefined): Aim {
  const aim = "throughput loss no larger than perf's";
  const beyond = throughput?.beyondPerf;
  if (beyond === undefined) return { aim, measured: '', verdict: 'not measured' };
  const noise = beyond.low <= 0 && beyond.high >= 0 ? ', within the noise' : '';
  const points = (share: number) => (Number.isNaN(share) ? 'n/a' : (share * 100).toFixed(2));
  return {
    aim,
    measured: `difference ${points(beyond.mean)} points [${points(beyond.low)}, ${points(beyond.high)}]${noise}`,
    verdict: aimVerdict(beyond.mean <= 0),
  };
}

function steadyAims(steady: SteadyResult | undefined): Aim[] {
  const cpuPercent = steady && (steady.load.secondsPerMinute / 60) * 100;
  const rss = steady?.memory.reduce((sum, { rssBytes }) => sum + rssBytes, 0);
  const peak = steady?.memory.reduce((sum, { peakBytes }) => sum + peakBytes, 0);
  const aim = (
    text: string,
    value: number | undefined,
    limit: number,
    show: (value: number) => string,
  ): Aim => ({
    aim: text,
    measured: value === undefined ? '' : show(value),
    verdict: aimVerdict(value === undefined ? undefined : value <= limit),
  });
  return [
    aim(
      `our processes at most ${AIM_CPU_PERCENT} % of one CPU at two busy CPUs`,
      cpuPercent,
      AIM_CPU_PERCENT,
      (value) => `${value.toFixed(2)} %`,
    ),
    aim(`memory (RSS) of our processes at most ${megabytes(AIM_RSS_BYTES)}`, rss, AIM_RSS_BYTES, megabytes),
    aim(`its peak (sum of VmHWM) at most ${megabytes(AIM_PEAK_BYTES)}`, peak, AIM_PEAK_BYTES, megabytes),
  ];
}

export function section(facts: OverheadFacts, options: OverheadOptions, result: OverheadResult): string {
  const { throughput, tools, steady } = result;
  return [
    '## overhead',
    'What always-on sampling costs a host whose CPUs are busy.',
    factLines(facts),
    ...warnings(facts, result).map((warning) => `> **${warning}**`),
    aimsTable(aims(result)),
    ...(throughput ? throughputPart(throughput, options) : []),
    ...(tools || steady ? cpuPart(steady, tools ?? []) : []),
    ...(steady ? bpfPart(steady, throughput, options) : []),
    ...(steady ? memoryPart(steady) : []),
  ].join('\n\n');
}

/** Why the figures may be worth less than they look. */
export function warnings({ busyBefore }: OverheadFacts, { throughput, steady }: OverheadResult): string[] {
  const found: string[] = [];
  for (const { name, notes } of throughput?.losses ?? []) {
    if (name === 'pilotlight') found.push(...notes.map((note) => `In the rounds ${note}.`));
  }
  if (busyBefore > NOISY.busyBefore) {
    found.push(`The machine was not quiet: ${percent(busyBefore)} busy before the run.`);
  }
  if (throughput && throughput.steal > NOISY.steal) {
    found.push(`Other guests took ${percent(throughput.steal)} of the CPUs during the rounds.`);
  }
  if (throughput && throughput.disturbed > NOISY.disturbed) {
    found.push(`Other programs took ${percent(throughput.disturbed)} of the windows without a profiler.`);
  }
  if (steady && !steady.conservationClosed) found.push('The conservation account did not close.');
  for (const [when, { note }] of steady
    ? [['load', steady.load] as const, ['churn', steady.churn] as const]
    : []) {
    if (note !== undefined) found.push(`Steady state, ${when}: ${note}.`);
  }
  return found;
}

function throughputPart({ losses, steal, disturbed }: ThroughputResult, options: OverheadOptions): string[] {
  const rows = losses.map((loss) => [
    `\`${loss.command}\`${loss.notes.length > 0 ? ` (${loss.notes.join('; ')})` : ''}`,
    percent(loss.loss.mean),
    interval(loss.loss),
    percent(loss.medianLoss),
    `${loss.microsecondsPerTick.toFixed(1)} µs`,
    loss.samplesPerSecond.toFixed(1),
    String(loss.rounds),
  ]);
  return [
    '### Throughput lost',
    table(['profiler', 'loss', '95 % interval', 'median', 'per tick', 'samples/s and CPU', 'rounds'], rows),
    `A load of one pinned thread per CPU counts units of fixed work in windows of ${options.seconds} s. Per profiler and ` +
      `cycle: off, on, on, off (A B B A), the profilers in turn within one run, each started before its two windows, warm ` +
      `for ${options.warmSeconds} s, and ended after them. What a profiler does in that warm-up and when it ` +
      `ends lies outside of the windows; start-up work that takes longer is in them. The interval is Student's over the means of the cycles, since the two rounds of a ` +
      `cycle share a start and a drift. "Per tick" is the loss divided by ${options.rateHz} Hz: timer interrupt, stack ` +
      `walk and the profiler's own processes together. Taken by other guests: ${percent(steal)}; by other programs in ` +
      `the windows off: ${percent(disturbed)}.`,
  ];
}

function cpuPart(steady: SteadyResult | undefined, tools: readonly ToolCost[]): string[] {
  const row = (name: string, secondsPerMinute: number, rss = '') => [
    name,
    `${secondsPerMinute.toFixed(2)} s`,
    `${((secondsPerMinute / 60) * 100).toFixed(2)} %`,
    rss,
  ];
  const ours = (what: string, cost: CpuCost) => [
    row(`Pilotlight, ${what}`, cost.secondsPerMinute),
    ...cost.perProcess.map(({ name, secondsPerMinute }) => row(`– ${name}`, secondsPerMinute)),
  ];
  const rows = [
    ...(steady ? ours('two busy CPUs', steady.load) : []),
    ...(steady ? ours('and a churn of short processes', steady.churn) : []),
    ...tools.map((tool) => row(`\`${tool.command}\``, tool.cpuSecondsPerMinute, megabytes(tool.rssBytes))),
  ];
  return [
    '### CPU time of the processes',
    table(['', 'CPU time per minute', 'of one CPU', 'RSS'], rows),
    'All threads, in the steady state. Ours attribute, name and store what they sample; perf only writes it to a file, and ' +
      'bpftrace keeps counts in the kernel: both name their stacks after they were told to end, which is not counted here. ' +
      'Time in BPF programs and timer interrupts belongs to whatever was interrupted, and is in the throughput above.' +
      (steady ? ` Churn: ${steady.churn.compilations} compilations by make.` : ''),
  ];
}

function bpfPart(
  steady: SteadyResult,
  throughput: ThroughputResult | undefined,
  { rateHz }: OverheadOptions,
): string[] {
  const { idle, load, churn } = steady;
  const share = (ns: number | null) => (ns === null ? 'n/a' : percent((ns * rateHz) / 1e9, 4));
  const rows = [
    ['a sample, two busy CPUs', microseconds(load.bpfNsPerSample), share(load.bpfNsPerSample)],
    ['a sample, churn of short processes', microseconds(churn.bpfNsPerSample), share(churn.bpfNsPerSample)],
    ['a tick of an idle CPU', microseconds(idle.bpfNsPerTick), share(idle.bpfNsPerTick)],
  ];
  const perCpu = idle.ticksPerSecond.map((ticks) => ticks.toFixed(1)).join(', ');
  return [
    '### Time in the BPF program',
    table(['', 'each', `of a CPU at ${rateHz} Hz`], rows),
    `Idle ticks fired per second, CPU by CPU, on a host that was ${percent(idle.idleShare, 1)} idle: ${perCpu}. ` +
      idleBound(steady, throughput, rateHz) +
      `Samples per second and CPU under the load: ${load.samplesPerSecond.toFixed(1)}; ticks that never fired since the ` +
      `start: ${percent(steady.notFired)}; every tick accounted for: ${steady.conservationClosed ? 'yes' : 'no'}.`,
  ];
}

/** The interrupt around an idle tick is seen by no counter; what a busy tick costs beyond our program bounds it. */
function idleBound(
  { idle, load }: SteadyResult,
  throughput: ThroughputResult | undefined,
  rateHz: number,
): string {
  const ours = throughput?.losses.find(({ name }) => name === 'pilotlight');
  if (ours === undefined || load.bpfNsPerSample === null || idle.bpfNsPerTick === null) return '';
  if (!(ours.loss.low > 0)) return ''; // a loss that cannot be told from noise bounds nothing
  const around = Math.max(0, ours.microsecondsPerTick - load.bpfNsPerSample / 1000);
  const tick = around + idle.bpfNsPerTick / 1000;
  return (
    `With the timer interrupt around it an idle tick costs at most about ${tick.toFixed(1)} µs, ` +
    `${percent((tick * rateHz) / 1e6, 3)} of a CPU (what a busy tick costs beyond the BPF program, taken from the ` +
    'throughput). '
  );
}

function memoryPart({ memory, minutes }: SteadyResult): string[] {
  const total = (key: 'rssBytes' | 'pssBytes' | 'peakBytes') =>
    memory.reduce((sum, usage) => sum + usage[key], 0);
  const rows = [
    ...memory.map((usage) => [
      usage.name,
      megabytes(usage.rssBytes),
      megabytes(usage.pssBytes),
      megabytes(usage.peakBytes),
    ]),
    ['all', megabytes(total('rssBytes')), megabytes(total('pssBytes')), megabytes(total('peakBytes'))],
  ];
  return [
    '### Memory',
    table(['process', 'RSS', 'PSS', 'peak (VmHWM)'], rows),
    `After ${minutes} minutes, of which three tenths with a churn of short processes. RSS counts what two processes share ` +
      'twice, PSS once; peaks need not have been at one time.',
  ];
}

function interval({ low, high }: Interval): string {
  return Number.isNaN(low) ? 'n/a' : `[${percent(low)}, ${percent(high)}]`;
}

function microseconds(ns: number | null): string {
  return ns === null ? 'n/a' : `${(ns / 1000).toFixed(2)} µs`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
