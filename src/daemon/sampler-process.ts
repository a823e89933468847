// The sampler's process: loads BPF or goes on with what the launcher kept, follows CPUs, answers the service.
import { explainSamplerError } from '../cli/explain-sampler-error.ts';
import { KernelSampler, logBytesFor } from '../collector/kernel-sampler.ts';
import { encodeKitItem } from '../collector/kit.ts';
import { HOTPLUG_POLL_MS } from '../collector/local-sampler-host.ts';
import { isNativeError } from '../collector/native.ts';
import { KitReceiver, PAIR_FD } from '../collector/remote-sampler-host.ts';
import { SamplerServer } from '../collector/sampler-server.ts';
import type { ServeOptions } from './options.ts';
import { GIVE_UP } from './options.ts';
import { releaseMemoryRegularly } from './release-memory.ts';

export async function runSampler(options: ServeOptions): Promise<void> {
  process.title = 'pilotlight-sampler';
  const launcher = new KitReceiver();
  const kept = await launcher.complete;
  const sampler = kept.size > 0 ? KernelSampler.adopt(kept) : load(options);
  if (kept.size === 0) {
    for (const item of sampler.kit.values())
      launcher.send(encodeKitItem(item), item.fd >= 0 ? [item.fd] : []);
  }
  const server = new SamplerServer(PAIR_FD, () => {
    const shard = sampler.growArena();
    if (shard) launcher.send(encodeKitItem(shard), [shard.fd]);
    return shard !== null;
  });
  launcher.send(Buffer.from('R'));
  releaseMemoryRegularly();
  const hotplug = setInterval(() => followCpus(sampler, launcher), HOTPLUG_POLL_MS);
  process.once('SIGTERM', () => {
    clearInterval(hotplug);
    server.close();
    launcher.close();
    sampler.close();
  });
}

function load(options: ServeOptions): KernelSampler {
  try {
    return KernelSampler.load({ rateHz: options.rateHz, logBytes: logBytesFor(options.rateHz) });
  } catch (error) {
    if (!isNativeError(error)) throw error;
    console.error(`pilotlight: ${explainSamplerError(error)}`);
    process.exit(GIVE_UP);
  }
}

function followCpus(sampler: KernelSampler, launcher: KitReceiver): void {
  try {
    const { kept, dropped } = sampler.syncCpus();
    for (const name of dropped) launcher.send(Buffer.from(`D ${name}`));
    for (const item of kept) launcher.send(encodeKitItem(item), [item.fd]);
  } catch (error) {
    // A CPU that went away while it was being attached: the next turn sees it offline.
    console.error(`pilotlight: sampler: following CPUs: ${String(error)}`);
  }
}
