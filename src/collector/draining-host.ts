// DrainingHost: what a SamplerHost does through the kit's descriptors, whoever loaded the program: no privilege needed.
import type { KernelDrainOptions } from './kernel-drain.ts';
import { KernelDrain } from './kernel-drain.ts';
import type { Kit } from './kit.ts';
import type { CpuReading, FinishedWalk, ProcMapping, UnwindUsage } from './sampler-host.ts';

export abstract class DrainingHost {
  /** Undefined before the start. */
  protected kernelDrain: KernelDrain | undefined;

  drain(): Promise<void> {
    return this.#started().drain();
  }

  readings(): CpuReading[] {
    return this.#started().readings();
  }

  setPeriod(periodNs: number): void {
    this.#started().setPeriod(periodNs);
  }

  loadUnwindTable(key: string, content: string, table: Uint8Array | null): Promise<boolean> {
    return this.#started().unwind.load(key, content, table);
  }

  noUnwindTable(key: string): void {
    this.#started().unwind.maps.markWithout(key);
  }

  finishWalk(number: number): FinishedWalk | null {
    return this.#started().unwind.maps.finishWalk(number);
  }

  dropWalk(number: number): void {
    this.#started().unwind.maps.dropWalk(number);
  }

  addProcessCode(pid: number, mappings: readonly ProcMapping[]): void {
    this.#started().unwind.maps.addProcess(pid, mappings);
  }

  unwindUsage(): UnwindUsage & { limitBytes: number } {
    return this.#started().unwind.usage();
  }

  async stop(): Promise<void> {
    await this.kernelDrain?.stop();
  }

  protected startDrain(kit: Kit, options: KernelDrainOptions): KernelDrain {
    this.kernelDrain = new KernelDrain(kit, options);
    return this.kernelDrain;
  }

  #started(): KernelDrain {
    if (!this.kernelDrain) throw new Error('the sampler host has not been started');
    return this.kernelDrain;
  }
}
