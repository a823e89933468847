// Stacks of a perf.data file as perf itself walks them (`perf script`).
import { createInterface } from 'node:readline';
import { collect, exited, startChild } from './child.ts';

export interface PerfFrame {
  /** In the file; of kernel code the address. */
  offset: number;
  /** As perf prints it: a path, `//anon`, `[kernel.kallsyms]`, `[unknown]`. */
  path: string;
}

export interface PerfStack {
  pid: number;
  tid: number;
  /** Leaf first. */
  frames: PerfFrame[];
}

/** Deeper ones are cut; the walker's own limit is 1,024. */
const MAX_STACK = 1024;
const FRAME = /^\s+([0-9a-f]+) \((.*)\)$/;
const SAMPLE = /^\s*(\d+)\/(\d+)\s+[\d.]+:/;

/** In time order. Without names and inlined calls, which perf takes minutes for. */
export async function* perfScript(file: string): AsyncGenerator<PerfStack> {
  const fields = ['-F', 'pid,tid,time,ip,dso'];
  const args = ['script', '--no-inline', '--ns', '--max-stack', String(MAX_STACK), ...fields, '-i', file];
  const perf = startChild('perf', args, { endSignal: 'SIGTERM' });
  const said = collect(perf.stderr);
  perf.stdin.end();
  const ended = exited(perf);
  let stack: PerfStack | null = null;
  for await (const line of createInterface({ input: perf.stdout })) {
    const sample = SAMPLE.exec(line);
    const frame = sample ? null : FRAME.exec(line);
    if (sample) {
      if (stack) yield stack;
      stack = { pid: Number(sample[1]), tid: Number(sample[2]), frames: [] };
    } else if (frame) {
      stack?.frames.push({ offset: parseInt(frame[1]!, 16), path: frame[2]! });
    }
  }
  if (stack) yield stack;
  const { code, signal } = await ended;
  if (code !== 0)
    throw new Error(`perf script: ${signal ?? ''} ${said.text.trim().split('\n').at(-1) ?? ''}`);
}

export function isKernel({ path }: PerfFrame): boolean {
  return path.startsWith('[kernel') || path.startsWith('[guest');
}
