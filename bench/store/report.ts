// The section "store" of docs/benchmarks.md, and the same on the terminal.
import { median } from '../lib/interval.ts';
import type { Aim } from '../lib/report.ts';
import { aimsTable, aimVerdict, table } from '../lib/report.ts';
import type { RunFacts } from '../lib/run-facts.ts';
import { factLines } from '../lib/run-facts.ts';
import { summarize } from '../lib/timings.ts';
import { perSecond } from './feed.ts';
import type { Growth } from './growth.ts';
import { extrapolated } from './growth.ts';
import type { IdleResult } from './idle.ts';
import type { DayResult } from './measure-day.ts';
import { MANY_CPUS_ROWS, TWO_CPUS_ROWS } from './measure-day.ts';
import type { MemoryResult } from './memory.ts';
import type { MonthPoint } from './months.ts';
import { MONTH_QUESTIONS, SCALE } from './months.ts';
import type { PlainResult } from './plain-table.ts';
import type { PprofResult } from './pprof-files.ts';
import { FILE_MS } from './pprof-files.ts';
import { QUESTIONS } from './questions.ts';

export interface StoreResult {
  growth: Growth;
  recorded: { samples: number; seconds: number; stacks: number; locations: number; processes: number };
  day?: DayResult;
  memory?: MemoryResult;
  idle?: IdleResult;
  months?: MonthPoint[];
  peers?: { plain: PlainResult; pprof: PprofResult };
}

const AIMS = { samplesPerSecond: 300_000, bytesPerSample: 6, idleBytes: 10e6, peakBytes: 400e6 };

const count = (n: number) => n.toLocaleString('en');
const ms = (value: number) => `${value.toFixed(0)} ms`;
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
const perSample = ({ bytes, samples }: { bytes: number; samples: number }) => bytes / samples;

export function aims({ day, memory, idle }: StoreResult): Aim[] {
  return [
    {
      aim: `append at least ${count(AIMS.samplesPerSecond)} samples/s`,
      measured: day === undefined ? '' : `${count(Math.round(perSecond(day.fed)))} samples/s`,
      verdict: aimVerdict(day && perSecond(day.fed) >= AIMS.samplesPerSecond),
    },
    {
      aim: `at most ${AIMS.bytesPerSample} bytes per sample on disk, everything included`,
      measured: day === undefined ? '' : `${perSample(day).toFixed(2)} bytes`,
      verdict: aimVerdict(day && perSample(day) <= AIMS.bytesPerSample),
    },
    {
      aim: `an idle host at most ${AIMS.idleBytes / 1e6} MB a day`,
      measured: idle === undefined ? '' : megabytes(idle.bytes),
      verdict: aimVerdict(idle && idle.bytes <= AIMS.idleBytes),
    },
    ...QUESTIONS.flatMap(({ name, aimMs }, at) => {
      const times = day?.times[at];
      if (aimMs === undefined) return [];
      return {
        aim: `${name} at most ${ms(aimMs)} (median)`,
        measured: times === undefined ? '' : ms(median(times)),
        verdict: aimVerdict(times && median(times) <= aimMs),
      };
    }),
    {
      aim: `peak memory of the service at most ${AIMS.peakBytes / 1e6} MB with --memory-limit 256MB`,
      measured: memory === undefined ? '' : megabytes(memory.peakBytes),
      verdict: aimVerdict(memory && memory.peakBytes <= AIMS.peakBytes),
    },
  ];
}

export function section(facts: RunFacts, result: StoreResult): string {
  return [
    '## store',
    'What a day of two busy CPUs takes on disk, how fast it is stored, and how fast it is asked for.',
    factLines(facts),
    aimsTable(aims(result)),
    ...(result.day === undefined ? [] : [dayText(result, result.day)]),
    ...(result.months === undefined ? [] : [monthsText(result.months)]),
    ...(result.peers === undefined || result.day === undefined ? [] : [peersText(result.peers, result.day)]),
    sourceText(result),
  ].join('\n\n');
}

function dayText({ memory, idle }: StoreResult, day: DayResult): string {
  const { fed, fedInSmall } = day;
  const rows = QUESTIONS.map(({ name }, at) => {
    const { median: half, p95, n } = summarize(day.times[at]!);
    return [name, ms(half), ms(p95), String(n)];
  });
  const small = (fedInSmall.storeSeconds / fedInSmall.appends) * 1000;
  return [
    table(['question', 'median', '95 %', 'repetitions'], rows),
    `${count(day.samples)} samples, ${count(day.stacks)} distinct stacks and ${count(day.processes)} processes take ` +
      `${megabytes(day.bytes)}. They were appended ${count(MANY_CPUS_ROWS)} at a time, what the flusher has of 128 busy ` +
      `CPUs; what it has of two, ${TWO_CPUS_ROWS}, takes ${small.toFixed(1)} ms. The time is that within ` +
      `\`ProfileStore.append\`; making the samples took ${fed.makingSeconds.toFixed(0)} s beside ` +
      `${fed.storeSeconds.toFixed(0)} s, and sealing hours and merging blocks ${fed.upkeepSeconds.toFixed(0)} s in ` +
      `${fed.upkeepSteps} steps. Questions are requests to the application in process, from the request to ` +
      'the last byte, at other windows of the day each time.',
    ...(memory === undefined
      ? []
      : [
          `Memory: \`pilotlight serve --no-sampler\` on the day, asked all of these by HTTP: ${megabytes(memory.startedBytes)} ` +
            `after the start, ${megabytes(memory.peakBytes)} at most (VmHWM of the service).`,
        ]),
    ...(idle === undefined
      ? []
      : [
          `Idle host: two CPUs 2 % busy with what the recording had besides its load, a transaction every 4.4 s: ` +
            `${count(idle.samples)} samples and ${count(idle.stacks)} stacks in ${count(idle.appends)} appends.`,
        ]),
  ].join('\n\n');
}

function monthsText(points: readonly MonthPoint[]): string {
  const of = (value: (point: MonthPoint) => string) => points.map(value);
  const rows = [
    ['samples', ...of(({ samples }) => count(samples))],
    ['distinct stacks', ...of(({ stacks }) => count(stacks))],
    ['on disk', ...of(({ bytes }) => megabytes(bytes))],
    ['bytes per sample', ...of((point) => perSample(point).toFixed(2))],
    ['opening the store', ...of(({ openMs }) => ms(openMs))],
    ...MONTH_QUESTIONS.map(({ name }, at) => [name, ...of(({ times }) => ms(median(times[at]!)))]),
  ];
  return [
    '### From one day to thirty',
    table(['', ...points.map(({ days }) => (days === 1 ? '1 day' : `${days} days`))], rows),
    `Days with 1 in ${Math.round(1 / SCALE)} of the samples, so that they fit into a run; stacks grow on by the same law. ` +
      'Windows are of the last day, times medians. Days that are over are rolled up to 10 s, after a week to 1 min.',
  ].join('\n\n');
}

function peersText({ plain, pprof }: NonNullable<StoreResult['peers']>, day: DayResult): string {
  const [five, hour] = [day.times[0]!, day.times[1]!].map(median) as [number, number];
  const timed = (times: readonly number[], ours: number) =>
    times.length === 0 ? '' : `${ms(median(times))} (${(median(times) / ours).toFixed(1)} ×)`;
  const bytes = (each: { bytes: number; samples: number }) =>
    `${perSample(each).toFixed(2)} (${(perSample(each) / perSample(day)).toFixed(1)} ×)`;
  const rows = [
    ['Pilotlight', perSample(day).toFixed(2), ms(five), ms(hour)],
    [
      'gzip’d pprof files, merged by `go tool pprof`',
      bytes({ bytes: pprof.bytes, samples: plain.samples }),
      timed(pprof.fiveMinutes, five),
      timed(pprof.hour, hour),
    ],
    [
      'DuckDB table, a row per sample with its stack as text',
      bytes(plain),
      timed(plain.fiveMinutes, five),
      timed(plain.hour, hour),
    ],
  ];
  return [
    '### Beside other ways to keep profiles',
    table(['', 'bytes per sample', '5 min', '1 h'], rows),
    `The last hour of the same day (${count(plain.samples)} samples); in brackets what that is of ours. pprof: a file ` +
      `every ${FILE_MS / 1000} s (${pprof.files}), as profilers that push pprof keep them, without labels; merging a window's files ` +
      'gives one profile. The table: time, comm, stack; grouped by stack within its window. Ours is the whole day for the ' +
      'bytes, and the flame graph as JSON for the times.',
  ].join('\n\n');
}

function sourceText({ growth, recorded, day }: StoreResult): string {
  const full = extrapolated(growth, day?.samples ?? growth.samples);
  return (
    `The samples: a recording of this machine, ${recorded.seconds.toFixed(0)} s at 99 Hz under servers, scripts, builds and type ` +
    `checks in turn (${count(recorded.samples)} samples, ${count(recorded.stacks)} stacks, ${count(recorded.locations)} ` +
    `locations, ${count(recorded.processes)} processes), played again and again: stretches of 10 s in another order each ` +
    'time, processes that began in it with another pid, start and id each time, and more distinct stacks, spliced of ' +
    'the callers and callees of recorded ones (bench/store/day.ts). Doubling the samples of the recording adds ' +
    `${((2 ** growth.exponent - 1) * 100).toFixed(0)} % to its distinct stacks; were that to go on all day, there would be ` +
    `${count(Math.round(full))}.`
  );
}
