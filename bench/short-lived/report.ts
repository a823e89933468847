// The section "short-lived" of docs/benchmarks.md, and the same on the terminal.
import type { Aim } from '../lib/report.ts';
import { aimsTable, aimVerdict, table } from '../lib/report.ts';
import type { RunFacts } from '../lib/run-facts.ts';
import { factLines } from '../lib/run-facts.ts';
import type { ShortLivedOptions } from './options.ts';
import type { ProgramStacks, StoredBuild } from './stored.ts';
import { PROGRAMS } from './stored.ts';

export interface BuildResult extends StoredBuild {
  /** What was known of the programs when it began. */
  what: string;
  seconds: number;
}

const AIM_NAMED = 0.97;
/** Of the three builds the one that the aim speaks of. */
const AIMED = 1;

export function aims(builds: readonly BuildResult[]): Aim[] {
  const build = builds[AIMED];
  const all = build && sum(build.stacks, 'all');
  const share = all && all.named / walkable(all);
  return [
    {
      aim: `second build: at least ${AIM_NAMED * 100} % of the samples in ${PROGRAMS.join(', ')} have whole, named user stacks`,
      measured:
        share === undefined
          ? ''
          : `${percent(share)} (${percent(all!.named / all!.samples)} with those within exec and exit, which have no user stack)`,
      verdict: aimVerdict(share === undefined ? undefined : share >= AIM_NAMED),
    },
  ];
}

export function section(facts: RunFacts, options: ShortLivedOptions, builds: readonly BuildResult[]): string {
  return [
    '## short-lived',
    "User stacks of a build's processes, which live for some tens of ms.",
    factLines(facts),
    aimsTable(aims(builds)),
    stacksTable(builds),
    method(options, builds),
  ].join('\n\n');
}

function stacksTable(builds: readonly BuildResult[]): string {
  const head = [
    '',
    'samples',
    'in exec, exit',
    'of the others: whole',
    'whole and named',
    'frames with a function',
  ];
  const rows = builds.flatMap(({ what, stacks }) => {
    const row = (name: string, some: ProgramStacks) => [
      name,
      some.samples.toLocaleString('en'),
      percent(some.ending / some.samples),
      percent(some.whole / walkable(some)),
      percent(some.named / walkable(some)),
      percent(some.functions / some.frames),
    ];
    return [row(what, sum(stacks, 'all')), ...stacks.map((some) => row(`– ${some.program}`, some))];
  });
  return table(head, rows);
}

function method({ files, rateHz }: ShortLivedOptions, builds: readonly BuildResult[]): string {
  const seconds = builds.map((build) => `${build.seconds.toFixed(1)} s`).join(', ');
  const others = builds.map(({ what, ends }) => {
    const parts = [...ends]
      .filter(([end]) => end !== 'root')
      .sort((a, b) => b[1] - a[1])
      .map(([end, count]) => `${end} ${count}`);
    return `${what}: ${parts.length === 0 ? 'none' : parts.join(', ')}`;
  });
  return (
    `\`make -j2\` compiles ${files} small C files with \`gcc -O2\` and links ten of them at a time, under ` +
    `\`pilotlight serve --rate ${rateHz}\`; the builds took ${seconds}. Whole: the user stack reaches its root. Named: each ` +
    'user frame has the name of its function, or lies where its file names none for anybody: Debian ships these programs ' +
    'stripped, with the names of exported functions only; the last column says how many frames that leaves a name. ' +
    "Within exec and exit a process has no user stack: its memory has been taken down, or is a new program's already. " +
    `Stacks that are not whole, by what ended them: ${others.join('; ')}.`
  );
}

function sum(stacks: readonly ProgramStacks[], program: string): ProgramStacks {
  const of = (key: Exclude<keyof ProgramStacks, 'program'>) =>
    stacks.reduce((total, some) => total + some[key], 0);
  return {
    program,
    samples: of('samples'),
    ending: of('ending'),
    whole: of('whole'),
    named: of('named'),
    frames: of('frames'),
    functions: of('functions'),
  };
}

/** Samples that had a user stack. */
function walkable({ samples, ending }: ProgramStacks): number {
  return samples - ending;
}

function percent(share: number): string {
  return Number.isNaN(share) ? 'n/a' : `${(share * 100).toFixed(2)} %`;
}
