// A collector and the symbolizer that names its objects: each needs something that the other knows.
import type { CollectorOptions } from '../collector/collector.ts';
import { Collector } from '../collector/collector.ts';
import { readElfLayout } from '../binary/elf/layout.ts';
import type { CodeObject } from '../model/code-object.ts';
import type { DebugFileServers } from '../symbolizer/companion-opener.ts';
import { Symbolizer } from '../symbolizer/symbolizer.ts';
import { UnwindTables } from '../unwind/unwind-tables.ts';

export interface NamingCollectorOptions extends Omit<
  CollectorOptions,
  'readElfLayout' | 'readKernelLayout' | 'readUnwindTable'
> {
  /** Where compiled unwind tables are kept; null for nowhere. */
  tableCacheDir: string | null;
  /** Where debug files come from that this host does not have. */
  debugFiles?: DebugFileServers | null;
  /** Where large sections of debug files lie while they are decompressed. */
  spillDirectory?: string;
  /** Told of an object that can be named better than it was when its names were asked for. */
  onDebugFile?: (object: CodeObject) => void;
}

/** The symbolizer opens objects through the collector; the collector asks the symbolizer where kernel code lies. */
export function namingCollector({
  tableCacheDir,
  debugFiles = null,
  spillDirectory,
  onDebugFile,
  ...options
}: NamingCollectorOptions): {
  collector: Collector;
  symbolizer: Symbolizer;
  close: () => Promise<void>;
} {
  const tables = new UnwindTables({ cacheDir: tableCacheDir });
  const collector: Collector = new Collector({
    ...options,
    readElfLayout,
    readKernelLayout: (fd) => symbolizer.kernelLayout(fd),
    readUnwindTable: (object) => tables.table(object),
  });
  const symbolizer: Symbolizer = new Symbolizer({
    source: collector.registry,
    moduleBase: (name) => collector.kernel.moduleBase(name),
    servers: debugFiles,
    spillDirectory,
    onCodeReplaced: (object) => collector.renewJit(object.id),
    ...(onDebugFile === undefined ? {} : { onDebugFile }),
  });
  const close = async (): Promise<void> => {
    await Promise.all([symbolizer.close(), tables.close()]);
    collector.registry.close();
  };
  return { collector, symbolizer, close };
}
