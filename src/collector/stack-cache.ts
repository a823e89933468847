// What has been worked out of a raw stack, for as long as its process's mappings stay as they were.
import type { AttributedStack } from './attribution.ts';
import type { TrackedProcess } from './process-table.ts';
import type { RawStack } from './sample-decoder.ts';

interface Entry {
  process: TrackedProcess;
  generation: number;
  stack: AttributedStack;
}

export class StackCache {
  /** Raw stacks live in the decoders' mirrors, which bound this. */
  readonly #entries = new WeakMap<RawStack, Entry>();

  get(raw: RawStack, process: TrackedProcess, compute: () => AttributedStack): AttributedStack {
    const known = this.#entries.get(raw);
    const { generation } = process.space;
    if (known?.process === process && known.generation === generation) return known.stack;
    const stack = compute();
    this.#entries.set(raw, { process, generation, stack });
    return stack;
  }
}
