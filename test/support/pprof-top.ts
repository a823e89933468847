// `go tool pprof -top` as data: the outside reference for every number that the page shows.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const GO = existsSync('/usr/local/go/bin/go') ? '/usr/local/go/bin/go' : 'go';

export interface PprofRow {
  name: string;
  /** CPU time of the function itself and with everything it called, ns. */
  flatNs: number;
  cumNs: number;
}

export interface PprofTop {
  /** Of the whole file, ns. */
  totalNs: number;
  /** What is left of it after `-focus` and the like, ns. */
  shownNs: number;
  rows: Map<string, PprofRow>;
}

/** Since Go 1.24 the tool is compiled when it is first run, which takes a while; `-h` ends with status 2. */
export function preparePprof(): void {
  spawnSync(GO, ['tool', 'pprof', '-h']);
}

/** Every function, whatever it used; `args` are options, then files. */
export function pprofTop(...args: string[]): PprofTop {
  const all = ['-top', '-unit=ns', '-nodecount=100000', '-nodefraction=0', '-edgefraction=0'];
  const run = spawnSync(GO, ['tool', 'pprof', ...all, ...args], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`go tool pprof: ${run.stderr}`);
  return parseTop(run.stdout);
}

const SHOWN = /^Showing nodes accounting for (-?\d+)(?:ns)?, .* of (-?\d+)(?:ns)? total$/m;
/** `flat flat% sum% cum cum%  name`; a zero has no unit, a share may be `2.4e-09%`. */
const ROW =
  /^ *(-?\d+)(?:ns)? +-?[\d.e+-]+% +-?[\d.e+-]+% +(-?\d+)(?:ns)? +-?[\d.e+-]+% {2}(.+?)(?: \(inline\))?$/gm;

function parseTop(text: string): PprofTop {
  const shown = SHOWN.exec(text);
  if (shown === null) throw new Error(`go tool pprof says something else than expected: ${text}`);
  const rows = new Map<string, PprofRow>();
  for (const [, flat, cum, name = ''] of text.matchAll(ROW)) {
    rows.set(name, { name, flatNs: Number(flat), cumNs: Number(cum) });
  }
  return { shownNs: Number(shown[1]), totalNs: Number(shown[2]), rows };
}
