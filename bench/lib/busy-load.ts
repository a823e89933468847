// The CPU-bound load: compiles bench/lib/busy-load.c, starts it, asks it for windows.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import type { Child } from './child.ts';
import { endChild, startChild } from './child.ts';

const SOURCE = fileURLToPath(new URL('./busy-load.c', import.meta.url));
/** What a window may take longer than asked for, on a machine that does not run the load. */
const LATE_MS = 30_000;

/** One window, over all CPUs of the load. */
export interface LoadWindow {
  unitsPerSecond: number;
  /** Share of the window in which the load's threads were on their CPUs, as far as this kernel can know. */
  onCpuShare: number;
}

export function compileBusyLoad(folder: string): string {
  const program = join(folder, 'busy-load');
  // Frame pointers, so that all profilers walk the same frames.
  execFileSync('cc', ['-O2', '-fno-omit-frame-pointer', '-pthread', '-o', program, SOURCE]);
  return program;
}

export class BusyLoad {
  readonly #child: Child;
  readonly #lines: AsyncIterator<string, undefined>;

  constructor(program: string, cpus: readonly number[]) {
    this.#child = startChild(program, cpus.map(String), { endSignal: 'SIGKILL' });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async measure(seconds: number): Promise<LoadWindow> {
    const milliseconds = Math.round(seconds * 1000);
    this.#child.stdin.write(`measure ${milliseconds}\n`);
    const late = setTimeout(() => this.#child.kill('SIGKILL'), milliseconds + LATE_MS);
    try {
      return parseWindow(await this.#untilEmptyLine());
    } finally {
      clearTimeout(late);
    }
  }

  async stop(): Promise<void> {
    await endChild(this.#child, 'SIGTERM', 5000);
  }

  async #untilEmptyLine(): Promise<string[]> {
    const lines: string[] = [];
    while (true) {
      const next = await this.#lines.next();
      if (next.done === true) throw new Error('the load ended before its window did');
      if (next.value === '') return lines;
      lines.push(next.value);
    }
  }
}

/** Lines of `CPU UNITS WALL_NS CPU_NS`. */
function parseWindow(lines: readonly string[]): LoadWindow {
  const rows = lines.map((line) => line.split(' ').map(Number));
  const wall = rows.reduce((sum, row) => sum + row[2]!, 0);
  const onCpu = rows.reduce((sum, row) => sum + row[3]!, 0);
  return {
    unitsPerSecond: rows.reduce((sum, row) => sum + row[1]! / (row[2]! / 1e9), 0),
    onCpuShare: onCpu / wall,
  };
}
