// A collector and the symbolizer that names its objects: each needs something that the other knows.
import type { CollectorOptions } from '../collector/collector.ts';
import { Collector } from '../collector/collector.ts';
import { readElfLayout } from '../binary/elf/layout.ts';
import { Symbolizer } from '../symbolizer/symbolizer.ts';

/** The symbolizer opens objects through the collector; the collector asks the symbolizer where kernel code lies. */
export function namingCollector(options: Omit<CollectorOptions, 'readElfLayout' | 'readKernelLayout'>): {
  collector: Collector;
  symbolizer: Symbolizer;
} {
  const collector: Collector = new Collector({
    ...options,
    readElfLayout,
    readKernelLayout: (fd) => symbolizer.kernelLayout(fd),
  });
  const symbolizer: Symbolizer = new Symbolizer({
    source: collector.registry,
    moduleBase: (name) => collector.kernel.moduleBase(name),
  });
  return { collector, symbolizer };
}
