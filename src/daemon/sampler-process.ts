// The sampler's process. Its first run loads BPF and attaches; the next goes on with what the launcher kept, with fewer
// capabilities: follows CPUs, answers the service.
import { explainSamplerError } from '../cli/explain-sampler-error.ts';
import { KernelSampler, logBytesFor } from '../collector/kernel-sampler.ts';
import type { Kit } from '../collector/kit.ts';
import { encodeKitItem } from '../collector/kit.ts';
import { LauncherPrograms } from '../collector/launcher-programs.ts';
import { HOTPLUG_POLL_MS } from '../collector/local-sampler-host.ts';
import { isNativeError } from '../collector/native.ts';
import { KitReceiver, PAIR_FD } from '../collector/remote-sampler-host.ts';
import { SamplerServer } from '../collector/sampler-server.ts';
import type { ServeOptions } from './options.ts';
import { ATTACH_AGAIN, GIVE_UP } from './options.ts';
import { releaseMemoryRegularly } from './release-memory.ts';

/** How long it waits, after its start, before it asks for another run that may attach what it may not. */
const ATTACH_PATIENCE_S = 60;

export async function runSampler(options: ServeOptions): Promise<void> {
  process.title = 'pilotlight-sampler';
  const launcher = new KitReceiver();
  const { kit, attach } = await launcher.complete;
  if (attach) return attachAndEnd(options, kit, launcher);
  const sampler = KernelSampler.adopt(kit);
  const growArena = (): boolean => {
    const shard = sampler.growArena();
    if (shard) launcher.send(encodeKitItem(shard), [shard.fd]);
    return shard !== null;
  };
  const server = new SamplerServer(PAIR_FD, { growArena, programs: new LauncherPrograms(launcher) });
  releaseMemoryRegularly();
  const hotplug = setInterval(() => followCpus(sampler, launcher), HOTPLUG_POLL_MS);
  process.once('SIGTERM', () => {
    clearInterval(hotplug);
    server.close();
    launcher.close();
    sampler.close();
  });
}

/** The run that has what attaching takes (ATTACH_CAPABILITIES): the one after it answers the service. */
function attachAndEnd(options: ServeOptions, kit: Kit, launcher: KitReceiver): void {
  if (kit.size > 0) {
    followCpus(KernelSampler.adopt(kit), launcher);
  } else {
    for (const item of load(options).kit.values())
      launcher.send(encodeKitItem(item), item.fd >= 0 ? [item.fd] : []);
  }
  launcher.send(Buffer.from('A'));
  process.exit(0);
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
    if (!isRefused(error)) return console.error(`pilotlight: sampler: following CPUs: ${String(error)}`);
    if (process.uptime() > ATTACH_PATIENCE_S) process.exit(ATTACH_AGAIN);
  }
}

function isRefused(error: unknown): boolean {
  return isNativeError(error) && (error.code === 'EACCES' || error.code === 'EPERM');
}
