// Makes the recording that a day is made of: this machine under load, in a data directory.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { logBytesFor } from '../../src/collector/kernel-sampler.ts';
import { LocalSamplerHost } from '../../src/collector/local-sampler-host.ts';
import { StoringService } from '../lib/storing-service.ts';
import { loadInTurns } from './load.ts';
import { withStore } from './with-store.ts';

/** As it is sampled by default: how many samples a process and a stack get is what the day is made of. */
const RATE_HZ = 99;

/** Records into the folder, unless that has been done; resolves to the data directory. Needs root. */
export async function record(folder: string, seconds: number, say: (line: string) => void): Promise<string> {
  const dataDir = join(folder, 'data');
  if (existsSync(join(dataDir, 'hot.duckdb'))) return dataDir;
  say(`recording the machine under load for ${seconds} s`);
  const host = new LocalSamplerHost({ rateHz: RATE_HZ, logBytes: logBytesFor(RATE_HZ) });
  await withStore(dataDir, async (store) => {
    const service = new StoringService(host, store);
    await service.start();
    const absent = await loadInTurns(folder, seconds);
    await service.stop();
    if (service.storeError !== null) throw new Error(service.storeError);
    if (absent.length > 0) say(`not installed, and left out of the load: ${absent.join(', ')}`);
  });
  host.close();
  return dataDir;
}
