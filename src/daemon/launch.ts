// Becomes the launcher: this process is replaced by the native program that starts sampler and service.
import { buildPath, native } from '../collector/native.ts';
import type { ServeOptions } from './options.ts';

/** Of the service's main thread; what DuckDB uses is outside of it. */
const NODE_FLAGS = {
  // The sampler does little after its start: code is kept small rather than made fast (7 MB less).
  'sampler-process': [
    '--max-semi-space-size=1',
    '--max-old-space-size=64',
    '--no-opt',
    '--no-sparkplug',
    '--max-lazy',
  ],
  // Samples live for a few seconds: in a smaller young generation each collection would copy them all.
  // It allocates little and steadily: threads woken for a heap of 30 MB, and collections made because little was
  // allocated, were a fifth of its CPU time.
  'service-process': [
    '--max-semi-space-size=4',
    '--max-old-space-size=256',
    '--single-threaded-gc',
    '--no-memory-reducer',
  ],
};

/**
 * For glibc, unless the user has set them. It keeps an arena for each of the dozen threads that Node and DuckDB start,
 * and what one of them freed the others cannot use (measured under builds: with two arenas 5 to 14 MB of the service's
 * resident set more than with one, at the same CPU time). And once a large block was freed it stops giving such blocks
 * back; a fixed threshold keeps it from that (16 MB more, and 8 of the sampler's).
 */
const MEMORY_SETTINGS = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: '131072',
  MALLOC_TRIM_THRESHOLD_: '131072',
  // Two questions or appends, and a step of upkeep, which reads for seconds (src/store/read-gate.ts).
  UV_THREADPOOL_SIZE: '3',
};

export function becomeLauncher(options: ServeOptions, main: string): void {
  const child = (name: keyof typeof NODE_FLAGS): string[] => [
    process.execPath,
    ...NODE_FLAGS[name],
    main,
    name,
    JSON.stringify(options),
  ];
  const sampler = child('sampler-process');
  const launcher = buildPath('Release/pilotlight-launcher');
  const environment = Object.entries({ ...MEMORY_SETTINGS, ...process.env }).map(
    ([name, value]) => `${name}=${value}`,
  );
  native().exec(
    launcher,
    ['pilotlight-launcher', String(sampler.length), ...sampler, ...child('service-process')],
    environment,
  );
}
