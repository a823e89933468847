// Collector, names and store on a generated big host, as the service puts them together, watched second by second.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Conservation } from '../../src/model/conservation.ts';
import { openStore } from '../../src/store/duckdb-store.ts';
import type { ProfileStore, StoreUsage } from '../../src/store/profile-store.ts';
import { generator } from '../lib/random.ts';
import { StoringService } from '../lib/storing-service.ts';
import { GeneratedHost } from './generated-host.ts';
import { makePrograms, ownCodeFiles } from './programs.ts';

const MEMORY_LIMIT_BYTES = 256e6;
const LOOK_MS = 1000;
const SEED = 12;
const RATE_HZ = 99;

export interface BigHostOptions {
  seconds: number;
  cpus: number;
  processes: number;
  /** Mean life of a process, s. */
  lifeSeconds: number;
  /** Distinct programs. */
  programs: number;
  dataDir: string;
}

/** What one look saw. */
export interface Look {
  /** Since the start, s. */
  atSeconds: number;
  /** CPU time of the whole process so far without that of making records, s. */
  cpuSeconds: number;
  rssBytes: number;
  /** Samples in the collector, and given up by it to a store that has not taken them yet. */
  heldSamples: number;
  unsentSamples: number;
  conservation: Conservation;
}

export interface BigHostResult {
  looks: Look[];
  /** After everything was stored. */
  end: Conservation;
  /** Samples of processes that no record had told of. */
  unknownProcesses: number;
  usage: StoreUsage;
}

export async function runBigHost(
  options: BigHostOptions,
  onLook: (look: Look) => void = () => undefined,
): Promise<BigHostResult> {
  const { dataDir } = options;
  const store = await openStore({ dataDir, memoryLimitBytes: MEMORY_LIMIT_BYTES, hostLabel: 'big' });
  try {
    return await watch(options, store, onLook);
  } finally {
    await store.close();
  }
}

async function watch(
  options: BigHostOptions,
  store: ProfileStore,
  onLook: (look: Look) => void,
): Promise<BigHostResult> {
  const host = generatedHost(options);
  const service = new StoringService(host, store);
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  await service.start();
  const looks: Look[] = [];
  try {
    while (performance.now() - began < options.seconds * 1000) {
      await sleep(LOOK_MS);
      const { user, system } = process.cpuUsage(cpuBefore);
      const look: Look = {
        atSeconds: (performance.now() - began) / 1000,
        cpuSeconds: (user + system) / 1e6 - host.makingNs / 1e9,
        rssBytes: process.memoryUsage.rss(),
        heldSamples: service.heldSamples,
        unsentSamples: service.unsentSamples,
        conservation: service.conservation(),
      };
      looks.push(look);
      onLook(look);
    }
  } finally {
    await service.stop();
  }
  const { unknownProcesses } = service;
  return { looks, end: service.conservation(), unknownProcesses, usage: await store.usage() };
}

function generatedHost({ cpus, processes, lifeSeconds, programs }: BigHostOptions): GeneratedHost {
  const random = generator(SEED);
  const made = makePrograms(programs, ownCodeFiles(), random);
  return new GeneratedHost({ cpus, processes, lifeSeconds, programs: made, random, rateHz: RATE_HZ });
}
