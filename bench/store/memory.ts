// The most that the service itself holds while it is asked about the day: `pilotlight serve`, over HTTP.
import { Daemon } from '../lib/daemon.ts';
import { readUsage } from '../lib/process-usage.ts';
import { lastDay } from './measure-day.ts';
import { QUESTIONS } from './questions.ts';

const ROUNDS = 3;

export interface MemoryResult {
  /** Of the service's process (VmHWM): before the first question, and after all of them. */
  startedBytes: number;
  peakBytes: number;
}

/** With the default `--memory-limit`, 256 MB. */
export async function measureMemory(dataDir: string): Promise<MemoryResult> {
  const daemon = await Daemon.serveStored(dataDir);
  const peak = () => {
    const service = daemon
      .pids()
      .map(readUsage)
      .find(({ name }) => name === 'pilotlight-service');
    if (service === undefined) throw new Error('the daemon has no process of that name: pilotlight-service');
    return service.peakBytes;
  };
  try {
    const startedBytes = peak();
    for (let round = 0; round < ROUNDS; round++) {
      for (const { path } of QUESTIONS) await ask(daemon.url + path(lastDay(), round / ROUNDS));
    }
    return { startedBytes, peakBytes: peak() };
  } finally {
    await daemon.stop();
  }
}

async function ask(url: string): Promise<void> {
  const answer = await fetch(url);
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
}
