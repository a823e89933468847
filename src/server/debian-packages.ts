// Which Debian or Ubuntu package a file of this host belongs to, as dpkg's own lists have it: no subprocess is started.
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A package that owns a file, and the one that has its debug files. */
export interface DebugPackage {
  /** As apt takes it, with the architecture where that is not the host's own: `libssl3`, `libc6:i386`. */
  owner: string;
  debug: string;
  /** Whether `debug` is installed. */
  installed: boolean;
}

/** Hosts with every package of a desktop have some 4,000 lists of 60 MB together. */
const MAX_LISTS = 20_000;
const MAX_LIST_BYTES = 16 << 20;
const MAX_BYTES = 256 << 20;
/** A look through all lists takes some 100 ms; whoever maps ever new files must not make it ever again. */
const LOOK_AGAIN_MS = 10_000;
/** Paths whose owner (or lack of one) is remembered until a package is installed or removed. */
const MAX_KNOWN = 1_000;

/** Packages whose debug files are not in `NAME-dbgsym`. */
const OWN_DEBUG_PACKAGES: Readonly<Record<string, string>> = { libc6: 'libc6-dbg' };

/** dpkg's names of the architectures that Node calls otherwise. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: 'i386', ppc64: 'ppc64el' };
const HOST_ARCHITECTURE = ARCHITECTURES[process.arch] ?? process.arch;

export class DebianPackages {
  readonly #folder: string;
  readonly #now: () => number;
  /** Name of the list that has the path; null where none has. */
  #owners = new Map<string, string | null>();
  /** Names of all lists, without `.list`. */
  #lists = new Set<string>();
  /** Modification time of the folder that `#owners` was found in, ms; null before the first look. */
  #stampMs: number | null = null;
  #lookedAtMs = -Infinity;
  #turn: Promise<void> = Promise.resolve();

  /** `root`: the host's `/`, or a test's; `now`: ms of a clock that does not jump. */
  constructor(root = '/', now: () => number = () => performance.now()) {
    this.#folder = join(root, 'var/lib/dpkg/info');
    this.#now = now;
  }

  /** The packages of those paths that belong to one; empty on a host without dpkg. */
  async packagesOf(paths: readonly string[]): Promise<Map<string, DebugPackage>> {
    const turn = this.#turn.then(() => this.#learn(paths));
    this.#turn = turn;
    await turn;
    return new Map(
      paths.flatMap((path) => {
        const list = this.#owners.get(path);
        return typeof list === 'string' ? [[path, this.#packageOf(list)]] : [];
      }),
    );
  }

  async #learn(paths: readonly string[]): Promise<void> {
    const stampMs = (await stat(this.#folder).catch(() => null))?.mtimeMs ?? null;
    if (stampMs === null) return this.#owners.clear();
    if (stampMs !== this.#stampMs || this.#owners.size > MAX_KNOWN) this.#owners.clear();
    const unknown = paths.filter((path) => !this.#owners.has(path));
    if (unknown.length === 0 || this.#now() - this.#lookedAtMs < LOOK_AGAIN_MS) return;
    this.#lookedAtMs = this.#now();
    this.#stampMs = stampMs;
    await this.#look(unknown);
  }

  async #look(paths: readonly string[]): Promise<void> {
    const wanted = new Map(paths.flatMap((path) => spellings(path).map((name) => [name, path] as const)));
    for (const path of paths) this.#owners.set(path, null);
    const names = (await readdir(this.#folder)).filter((name) => name.endsWith('.list')).slice(0, MAX_LISTS);
    this.#lists = new Set(names.map((name) => name.slice(0, -'.list'.length)));
    let bytes = 0;
    for (const list of this.#lists) {
      const text = await readList(join(this.#folder, `${list}.list`));
      bytes += text.length;
      if (bytes > MAX_BYTES) return;
      for (const line of text.split('\n')) {
        const path = wanted.get(line);
        if (path !== undefined) this.#owners.set(path, list);
      }
    }
  }

  /** `list` is `libssl3:amd64`, or `bash` where the package is the only one of its name. */
  #packageOf(list: string): DebugPackage {
    const [name, architecture] = list.split(':', 2) as [string, string | undefined];
    const foreign = architecture !== undefined && architecture !== HOST_ARCHITECTURE;
    const suffix = foreign ? `:${architecture}` : '';
    const debug = OWN_DEBUG_PACKAGES[name] ?? `${name}-dbgsym`;
    const installed = [debug, `${debug}:${architecture ?? HOST_ARCHITECTURE}`].some((each) =>
      this.#lists.has(each),
    );
    return { owner: name + suffix, debug: debug + suffix, installed };
  }
}

/** Since /lib became a link to /usr/lib, packages list their files under either of the two. */
function spellings(path: string): string[] {
  const moved = /^\/usr(\/(?:bin|sbin|lib\w*)\/.*)$/.exec(path)?.[1];
  return moved === undefined ? [path] : [path, moved];
}

/** '' where it vanished (its package is being removed), or is no list that dpkg would write. */
async function readList(file: string): Promise<string> {
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size === 0 || size > MAX_LIST_BYTES) return '';
  return readFile(file, 'utf8').catch(() => '');
}
