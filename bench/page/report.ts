// The section "page" of docs/benchmarks.md, and the same on the terminal.
import type { Aim } from '../lib/report.ts';
import { aimsTable, aimVerdict, table } from '../lib/report.ts';
import type { RunFacts } from '../lib/run-facts.ts';
import { factLines } from '../lib/run-facts.ts';
import { summarize } from '../lib/timings.ts';
import type { OurTimes } from './ours.ts';
import type { PeerTimes } from './pprof-peer.ts';
import type { Recording } from './recording.ts';
import type { PageSize } from './script-size.ts';

export interface PageFacts extends RunFacts {
  browser: string;
  /** Share of the host that others kept busy right before or after the page was measured, the larger. */
  busyAround: number;
  /** Share that other guests of the same machine took while it was. */
  steal: number;
}

export interface PageResult {
  recording: Recording;
  ours: OurTimes;
  peer: PeerTimes | undefined;
  size: PageSize;
}

/** ms, of the median. */
const AIMS = { firstFlameGraph: 1000, zoom: 150, search: 150, newWindow: 300 };
const AIM_SCRIPT_BYTES = 300_000;
/** Above these others used so much of the machine that the figures are to be doubted. */
const NOISY = { busyAround: 0.1, steal: 0.02 };

const NAMES = {
  firstFlameGraph: 'first flame graph after load',
  zoom: 'zoom',
  search: 'search',
  newWindow: 'new window by a drag on the timeline',
} as const;
type Interaction = keyof typeof NAMES;
const INTERACTIONS = Object.keys(NAMES) as Interaction[];

const ms = (value: number) => `${value.toFixed(0)} ms`;
const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(0)} kB`;

export function aims({ ours, size }: PageResult): Aim[] {
  const timed = INTERACTIONS.map((name) => {
    const { median, p95 } = summarize(ours[name]);
    return {
      aim: `${NAMES[name]} at most ${ms(AIMS[name])} (median)`,
      measured: `${ms(median)}, 95 % within ${ms(p95)}`,
      verdict: aimVerdict(median <= AIMS[name]),
    };
  });
  const script = {
    aim: `script at most ${kilobytes(AIM_SCRIPT_BYTES)}, compressed`,
    measured: kilobytes(size.script),
    verdict: aimVerdict(size.script <= AIM_SCRIPT_BYTES),
  };
  return [...timed, script];
}

export function section(facts: PageFacts, result: PageResult): string {
  const { machine, browser } = facts;
  return [
    '## page',
    'How fast the page answers on a window with many distinct stacks, in headless Chromium.',
    factLines({ ...facts, machine: `${machine}, ${browser} (headless, no GPU), 1440 × 900` }),
    ...warnings(facts).map((warning) => `> **${warning}**`),
    aimsTable(aims(result)),
    timesTable(result),
    method(result),
  ].join('\n\n');
}

function warnings({ busyAround, steal }: PageFacts): string[] {
  const percent = (share: number) => `${(share * 100).toFixed(0)} %`;
  return [
    ...(busyAround > NOISY.busyAround
      ? [
          `The machine was not quiet: others kept ${percent(busyAround)} of it busy right before or after the page was measured.`,
        ]
      : []),
    ...(steal > NOISY.steal
      ? [`Other guests took ${percent(steal)} of the CPUs while the page was measured.`]
      : []),
  ];
}

function timesTable({ ours, peer }: PageResult): string {
  const cells = (times: readonly number[] | undefined) => {
    if (times === undefined) return ['', ''];
    const { median, p95 } = summarize(times);
    return [ms(median), ms(p95)];
  };
  const peerTimes = (name: Interaction) => (name === 'newWindow' ? undefined : peer?.[name]);
  const rows = INTERACTIONS.map((name) => [
    NAMES[name],
    ...cells(ours[name]),
    ...(peer === undefined ? [] : cells(peerTimes(name))),
    String(ours[name].length),
  ]);
  const peerHeads = peer === undefined ? [] : ['`go tool pprof -http`: median', '95 %'];
  return table(['', 'Pilotlight: median', '95 %', ...peerHeads, 'repetitions'], rows);
}

function method({ recording, ours, peer, size }: PageResult): string {
  const minutes = ((recording.untilMs - recording.fromMs) / 60_000).toFixed(1);
  const beside =
    peer === undefined
      ? 'No peer was measured: this machine has no Go.'
      : `\`go tool pprof -http\` (${peer.version}) shows the pprof download of the same window in the same browser and ` +
        `draws ${peer.frames.toLocaleString('en')} boxes; it waits 300 ms after the last key before it searches, ` +
        'its zoom shows the stacks through a function, and it has no other window to go to.';
  return (
    `The window: ${recording.stacks.toLocaleString('en')} distinct stacks and ` +
    `${recording.samples.toLocaleString('en')} samples of this machine, ${minutes} minutes of compilations (cc, go), ` +
    'type checks (node) and openssl, served by `pilotlight serve --no-sampler` from DuckDB. The page asks for its ' +
    `4,000 heaviest frames and draws ${ours.frames.toLocaleString('en')}, those of two pixels or more. From the input ` +
    '(or the start of the navigation, nothing cached) until the frame on the screen after which nothing changes any ' +
    'more; a new window includes the query, a search is a whole term at once. ' +
    `${beside} Style sheet: ${kilobytes(size.style)} compressed; the template of the HTML report: ` +
    `${kilobytes(size.report)}.`
  );
}
