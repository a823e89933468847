// Becomes the launcher: this process is replaced by the native program that starts sampler and service.
import { realpathSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import {
  ATTACH_CAPABILITIES,
  capabilityMask,
  LAUNCHER_CAPABILITIES,
  SAMPLER_CAPABILITIES,
} from '../cli/capabilities.ts';
import { CommandFailure } from '../cli/failure.ts';
import { SAMPLER_USER, SERVICE_USER } from '../cli/service-users.ts';
import { buildPath, native } from '../collector/native.ts';
import { childEnvironment } from './child-environment.ts';
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
    // Fifteen times V8's own: background work is repeated for ever, and compiling each function of it was a seventh of the
    // CPU time of the first minutes. Questions, whose loops are long, take as long as before.
    '--interrupt-budget=1000000',
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

export interface LaunchRequest {
  options: ServeOptions;
  /** Of the service; undefined: as set-up makes it, or whoever we are where that is not root. */
  user: string | undefined;
  /** The built src/main.ts. */
  main: string;
}

export function becomeLauncher({ options, user, main }: LaunchRequest): void {
  const child = (name: keyof typeof NODE_FLAGS): string[] => [
    process.execPath,
    ...NODE_FLAGS[name],
    main,
    name,
    JSON.stringify(options),
  ];
  const settings = [...usersOf(options, user), ...capabilitySettings(), ...foldersOf(options, main)];
  const sampler = options.sampler ? child('sampler-process') : [];
  const environment = Object.entries({ ...MEMORY_SETTINGS, ...childEnvironment(process.env) }).map(
    ([name, value]) => `${name}=${value}`,
  );
  native().exec(
    buildPath('Release/pilotlight-launcher'),
    ['pilotlight-launcher', ...settings, '--', ...sampler, '--', ...child('service-process')],
    environment,
  );
}

/** Keys of native/launcher-options.cc. Only root can make its children other users. */
export function usersOf(
  { sampler }: Pick<ServeOptions, 'sampler'>,
  user: string | undefined,
  self: { uid: number; username: string } = userInfo(),
): string[] {
  if (self.uid === 0) {
    return [`service-user=${user ?? SERVICE_USER}`, ...(sampler ? [`sampler-user=${SAMPLER_USER}`] : [])];
  }
  if (user !== undefined && user !== self.username) {
    throw new CommandFailure(`--user ${user}: only root can run the service as another user`, {
      hint: `start it as root, or leave --user out to run it as ${self.username}`,
    });
  }
  return [];
}

function capabilitySettings(): string[] {
  return [
    `sampler-capabilities=${capabilityMask(SAMPLER_CAPABILITIES)}`,
    `attach-capabilities=${capabilityMask(ATTACH_CAPABILITIES)}`,
    `launcher-capabilities=${capabilityMask(LAUNCHER_CAPABILITIES)}`,
  ];
}

/** What the service reads: a checkout may lie where its user may not look. */
function foldersOf({ dataDir }: ServeOptions, main: string): string[] {
  const installation = realpathSync(join(main, '../..'));
  const parts = ['package.json', 'dist', 'build', 'node_modules'].map((part) => join(installation, part));
  const needed = [process.execPath, ...parts].map((path) => realpathSync(path));
  return [`data-dir=${dataDir}`, ...needed.map((path) => `need=${path}`)];
}
