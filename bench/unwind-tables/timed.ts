// How long it takes to compile the tables of the largest programs, on the worker thread.
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface TimedFile {
  name: string;
  fileBytes: number;
  rows: number;
  tableBytes: number;
  /** One per repetition; the first has the start of the thread and cold code in it. */
  ms: number[];
  /** Of the process: before the worker started, and at most. */
  beforeBytes: number;
  peakBytes: number;
}

const REPETITIONS = 7;

export function timeCompile(path: string): TimedFile {
  const script = join(import.meta.dirname, 'time-compile.mjs');
  const output = execFileSync(process.execPath, [script, path, String(REPETITIONS)], { encoding: 'utf8' });
  const measured = JSON.parse(output) as Omit<TimedFile, 'name' | 'fileBytes'>;
  return { name: basename(path), fileBytes: statSync(path).size, ...measured };
}
