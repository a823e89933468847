// A RunningService with numbers that are easy to recognise, and an app around it and a store.
import { conservationOf } from '../../src/model/conservation.ts';
import type { AppOptions } from '../../src/server/app.ts';
import { createApp } from '../../src/server/app.ts';
import type { App } from '../../src/server/context.ts';
import type { RunningService, ServerLog } from '../../src/server/service.ts';
import type { StatusBody } from '../../src/server/status.ts';
import { fakeStore } from './fake-store.ts';

export const SILENT_LOG: ServerLog = { warn: () => undefined, error: () => undefined };

export const HEALTHY_STATUS: StatusBody = {
  sampling: true,
  conservation: conservationOf([
    {
      cpu: 0,
      expected: 10_000,
      notFired: 12,
      entries: 9988,
      idle: 4000,
      samples: 5980,
      pending: 5,
      losses: { logFull: 3 },
    },
    {
      cpu: 1,
      expected: 10_000,
      notFired: 0,
      entries: 10_000,
      idle: 9000,
      samples: 1000,
      pending: 0,
      losses: {},
    },
  ]),
  walks: { root: 6900, tooDeep: 80 },
  overhead: { bpfNsPerSample: 1850, samplerCpuPercent: 0.05, serviceCpuPercent: 0.32, rssBytes: 181_000_000 },
  rate: { configuredHz: 99, inForceHz: 99 },
  host: { name: 'build-7', kernel: '6.1.0', cpus: 2 },
};

/** The one declaration that the fake kernel has. */
export const VFS_READ = 'ssize_t vfs_read(struct file *file, char *buf, size_t count, loff_t *pos)';

export function fakeService(overrides: Partial<RunningService> = {}): RunningService {
  return {
    sampling: true,
    status: () => Promise.resolve(HEALTHY_STATUS),
    flush: () => Promise.resolve(),
    prototype: (name) => Promise.resolve(name === 'vfs_read' ? VFS_READ : null),
    ...overrides,
  };
}

/** Under `--no-sampler`. */
export const IDLE_SERVICE: RunningService = fakeService({
  sampling: false,
  status: () => Promise.resolve({ sampling: false }),
});

export function fakeApp(options: Partial<AppOptions> = {}): App {
  return createApp({
    store: fakeStore(),
    service: fakeService(),
    sql: { run: () => Promise.reject(new Error('no statements are run here')) },
    webRoot: '/nonexistent',
    log: SILENT_LOG,
    version: '1.2.3',
    ...options,
  });
}
