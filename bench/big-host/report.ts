// The section "big-host" of docs/benchmarks.md, and the same on the terminal.
import type { CpuAccount } from '../../src/model/conservation.ts';
import { mean } from '../lib/interval.ts';
import type { Aim } from '../lib/report.ts';
import { aimsTable, aimVerdict, table } from '../lib/report.ts';
import type { RunFacts } from '../lib/run-facts.ts';
import { factLines } from '../lib/run-facts.ts';
import type { BigHostBenchOptions } from './options.ts';
import type { BigHostResult, Look } from './run.ts';

const AIM_CORES = 1;
/** What caches that are still filling may add between the second and the last quarter of a run. */
const FLAT = 1.1;

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`;
const count = (n: number) => n.toLocaleString('en');

/** CPU time per second of the looks, in cores: without the start, when every process and stack is new. */
export function coresOf(looks: readonly Look[]): number {
  const [first, last] = [looks[Math.floor(looks.length / 4)]!, looks.at(-1)!];
  return (last.cpuSeconds - first.cpuSeconds) / (last.atSeconds - first.atSeconds);
}

/** Mean resident set of each quarter of the run, bytes. */
export function memoryByQuarter(looks: readonly Look[]): number[] {
  return [0, 1, 2, 3].map((quarter) => {
    const part = looks.slice((looks.length * quarter) / 4, (looks.length * (quarter + 1)) / 4);
    return mean(part.map(({ rssBytes }) => rssBytes));
  });
}

export function aims({ looks, end }: BigHostResult): Aim[] {
  const cores = coresOf(looks);
  const [, second, , last] = memoryByQuarter(looks) as [number, number, number, number];
  const open = looks.filter(({ conservation }) => !conservation.closed).length + (end.closed ? 0 : 1);
  return [
    {
      aim: `collector and store together below ${AIM_CORES} core`,
      measured: `${cores.toFixed(2)} cores`,
      verdict: aimVerdict(cores < AIM_CORES),
    },
    {
      aim: `memory flat: at most ${((FLAT - 1) * 100).toFixed(0)} % more in the last quarter than in the second`,
      measured: `${megabytes(second)}, then ${megabytes(last)}`,
      verdict: aimVerdict(last <= second * FLAT),
    },
    {
      aim: 'conservation closed every second and at the end',
      measured: open === 0 ? `${looks.length + 1} of ${looks.length + 1} looks` : `open in ${open} looks`,
      verdict: aimVerdict(open === 0),
    },
  ];
}

export function section(facts: RunFacts, options: BigHostBenchOptions, result: BigHostResult): string {
  return [
    '## big-host',
    'What a host of many CPUs and short processes costs the collector and the store.',
    factLines(facts),
    aimsTable(aims(result)),
    figures(options, result),
    method(options),
  ].join('\n\n');
}

function figures(options: BigHostBenchOptions, { looks, end, usage }: BigHostResult): string {
  const sum = (of: (account: CpuAccount) => number) =>
    end.perCpu.reduce((total, account) => total + of(account), 0);
  const seconds = looks.at(-1)!.atSeconds;
  const lost = (name: string) => sum(({ losses }) => losses[name] ?? 0);
  const most = (of: (look: Look) => number) => count(Math.max(...looks.map(of)));
  return table(
    ['', ''],
    [
      [
        'samples stored',
        `${count(sum(({ samples }) => samples))}, ${count(Math.round(sum((a) => a.samples) / seconds))} a second`,
      ],
      ['made losses that are accounted for', `logFull ${lost('logFull')}, logGap ${lost('logGap')}`],
      [
        'given up under pressure',
        `collectorFull ${lost('collectorFull')}, storeFailed ${lost('storeFailed')}`,
      ],
      ['most samples waiting in the collector', most(({ heldSamples }) => heldSamples)],
      ['most samples that the store had not taken', most(({ unsentSamples }) => unsentSamples)],
      [
        'processes, stacks, locations stored',
        [usage.processes, usage.stacks, usage.locations].map(count).join(', '),
      ],
      ['resident set by quarter of the run', memoryByQuarter(looks).map(megabytes).join(', ')],
      ['on disk', `${megabytes(usage.bytes)}, ${(usage.bytes / usage.samples).toFixed(1)} bytes per sample`],
      ['CPUs, processes at a time', `${options.cpus}, ${count(options.processes)}`],
    ],
  );
}

function method({ minutes }: BigHostBenchOptions): string {
  return (
    `For ${minutes} minutes in real time, records of \`bpf/wire.h\` and of the perf side band are made and handed over ` +
    'every 100 ms, as the drain thread does: every process forks, executes, maps its files at addresses of its own and ' +
    'exits; one sample in some thousands is lost on purpose, in the log and before it. From there on everything is the ' +
    "service's own: decoder, attribution, names (of this machine's node and its libraries), flusher, store. CPU time is " +
    'that of all threads of the process, less what making the records took; the resident set includes what makes them.'
  );
}
