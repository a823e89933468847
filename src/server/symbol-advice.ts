// What to install, or to start otherwise, so that an object's samples get function names and lines.
import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { GainingObject } from '../store/profile-store.ts';
import type { DebugPackage } from './debian-packages.ts';
import { DebianPackages } from './debian-packages.ts';

/** What the host has of an ELF file. */
export interface HostFacts {
  /** Package of the file; undefined where it belongs to none. */
  package: DebugPackage | undefined;
  /** Whether its debug file is where debug packages put it. */
  hasDebugFile: boolean;
}

export class SymbolAdvisor {
  readonly #root: string;
  readonly #packages: DebianPackages;

  /** `root`: the host's `/`, or a test's. */
  constructor(root = '/') {
    this.#root = root;
    this.#packages = new DebianPackages(root);
  }

  /** One advice for each of the objects, in their order; '' where nothing helps. */
  async advise(objects: readonly GainingObject[]): Promise<string[]> {
    const onHost = await Promise.all(objects.map((gaining) => this.#isHostFile(gaining)));
    const paths = objects.filter((_, i) => onHost[i]).map(({ object }) => object.path);
    const packages = await this.#packages.packagesOf(paths);
    return Promise.all(
      objects.map(async (gaining, i) => {
        const { path, buildId } = gaining.object;
        const hasDebugFile = await this.#isFile(debugFile(buildId));
        return adviceFor(gaining, { package: onHost[i] ? packages.get(path) : undefined, hasDebugFile });
      }),
    );
  }

  /** A path seen in a container may be another file on the host: only one of the same size is taken for the same. */
  async #isHostFile({ object }: GainingObject): Promise<boolean> {
    if (object.kind !== 'elf' || object.size === 0) return false;
    const found = await stat(join(this.#root, object.path)).catch(() => null);
    return found !== null && found.isFile() && found.size === object.size;
  }

  async #isFile(path: string | null): Promise<boolean> {
    if (path === null) return false;
    const found = await stat(join(this.#root, path)).catch(() => null);
    return found !== null && found.isFile();
  }
}

/** Where debug packages put an object's debug file, and the symbolizer looks for it; null without a build id. */
export function debugFile(buildId: string): string | null {
  if (!/^(?:[0-9a-f]{2}){8,64}$/.test(buildId)) return null;
  return `/usr/lib/debug/.build-id/${buildId.slice(0, 2)}/${buildId.slice(2)}.debug`;
}

/** A command where one helps, else what to do in words. */
export function adviceFor(gaining: GainingObject, host: HostFacts): string {
  switch (gaining.object.kind) {
    case 'elf':
      return elfAdvice(gaining, host);
    case 'jit':
      return jitAdvice(gaining);
    case 'kernel':
    case 'module':
      // Nothing gives lines here; names are missing where the kernel does not show them.
      return gaining.reason === 'no-permission' ? 'sudo sysctl kernel.kptr_restrict=1' : '';
    case 'bpf':
    case 'vdso':
    case 'marker':
      return '';
  }
}

function elfAdvice({ object }: GainingObject, { package: found, hasDebugFile }: HostFacts): string {
  // It is there: what it names shows within minutes, and the rest has no line in it.
  if (hasDebugFile) return '';
  if (found !== undefined) {
    // Where the debug package is installed it is of another version than the file.
    return `sudo apt-get install ${found.installed ? `${found.owner} ` : ''}${found.debug}`;
  }
  const path = debugFile(object.buildId);
  if (path === null) return 'build it with -g and -Wl,--build-id';
  return `put its debug file at ${path}`;
}

/** How runtimes are made to tell what they compiled, by the name of their program. */
const RUNTIMES: readonly (readonly [program: RegExp, advice: (pid: string) => string])[] = [
  [/^(node|nodejs)\d*$/, () => 'start it with: node --perf-basic-prof'],
  [/^(java|jsvc)$/, (pid) => `jcmd ${pid} Compiler.perfmap (JDK 17 or newer; before, perf-map-agent)`],
  [/^dotnet$/, () => 'start it with DOTNET_PerfMapEnabled=1 in its environment'],
  [/^python3?(\.\d+)?$/, () => 'start it with: python3 -X perf (Python 3.12 or newer)'],
  [/^ruby\d*(\.\d+)?$/, () => 'start it with: ruby --yjit --yjit-perf'],
];

function jitAdvice({ object, has, exe }: GainingObject): string {
  // It is told already what was compiled; few run times tell lines.
  if (has === 'function') return '';
  const pid = /^\[jit (\d+)\]$/.exec(object.path)?.[1] ?? 'PID';
  const runtime = RUNTIMES.find(([program]) => program.test(basename(exe)));
  if (runtime !== undefined) return runtime[1](pid);
  return `have its runtime write /tmp/perf-${pid}.map`;
}
