// The peer that most profilers keep: a gzip'd pprof file every ten seconds, merged by `go tool pprof` when asked.
import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { App } from '../../src/server/context.ts';
import { goProgram, pprofProgram } from '../lib/go-program.ts';

export const FILE_MS = 10_000;
const FIVE_MINUTES_MS = 5 * 60_000;

export interface PprofResult {
  files: number;
  bytes: number;
  /** ms of merging the files of a window into one, once per repetition; empty where this machine has no Go. */
  fiveMinutes: number[];
  hour: number[];
}

/** Writes what our own route gives for each ten seconds of the window: the same samples, stacks and names. */
export async function measurePprofFiles(
  app: App,
  { fromMs, untilMs }: { fromMs: number; untilMs: number },
  folder: string,
  repetitions: number,
): Promise<PprofResult> {
  const paths: string[] = [];
  mkdirSync(join(folder, 'pprof'), { recursive: true });
  for (let begin = fromMs; begin < untilMs; begin += FILE_MS) {
    const answer = await app.request(`/api/v1/profile?from=${begin}&until=${begin + FILE_MS}`);
    if (answer.status !== 200) throw new Error(`/api/v1/profile answered ${answer.status}`);
    const path = join(folder, 'pprof', `${begin}.pb.gz`);
    writeFileSync(path, new Uint8Array(await answer.arrayBuffer()));
    paths.push(path);
  }
  const bytes = paths.reduce((sum, path) => sum + statSync(path).size, 0);
  const go = goProgram();
  if (go === undefined) return { files: paths.length, bytes, fiveMinutes: [], hour: [] };
  const pprof = pprofProgram(go);
  const fiveMinutes = merge(pprof, paths.slice(-FIVE_MINUTES_MS / FILE_MS), folder, repetitions);
  return { files: paths.length, bytes, fiveMinutes, hour: merge(pprof, paths, folder, repetitions) };
}

function merge(pprof: string, paths: readonly string[], folder: string, repetitions: number): number[] {
  const output = join(folder, 'merged.pb.gz');
  return Array.from({ length: repetitions }, () => {
    const began = performance.now();
    execFileSync(pprof, ['-proto', '-symbolize=none', `-output=${output}`, ...paths], {
      env: { ...process.env, PPROF_TMPDIR: folder },
      stdio: 'ignore',
    });
    return performance.now() - began;
  });
}
