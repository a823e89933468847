// One load, with both programs beside it.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { collect, exited, startChild } from '../lib/child.ts';
import type { Load } from './loads.ts';
import type { CostPair, Samplers } from './samplers.ts';

export interface MeasuredLoad extends CostPair {
  load: Load;
}

/** Exit code of timeout(1) when the time was over. */
const TIMED_OUT = 124;

export async function measureLoad(
  load: Load,
  seconds: number,
  samplers: Samplers,
  folder: string,
): Promise<MeasuredLoad> {
  const own = join(folder, load.name);
  mkdirSync(own);
  const [command = '', ...args] = load.prepare(own, seconds);
  const child = startChild(command, args, { endSignal: 'SIGTERM', cwd: own });
  samplers.follow(child.pid!);
  const said = collect(child.stderr);
  child.stdout.resume();
  child.stdin.end();
  const { code } = await exited(child);
  const pair = await samplers.take();
  if (code !== TIMED_OUT) throw new Error(`${load.what} ended early: ${said.text.trim().slice(-300)}`);
  rmSync(own, { recursive: true });
  return { load, ...pair };
}
