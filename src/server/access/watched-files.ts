// What is made of files, made anew when they change: tokens and certificates are replaced while the server runs.
import { accessFileStamp } from './secret-file.ts';

/** A look costs one open per file. Watches would miss files that are replaced through links, as Kubernetes does it. */
const LOOK_MS = 2000;

export interface WatchedFilesOptions<T> {
  paths: readonly string[];
  /** Throws what a person is told. */
  load: () => T;
  /** Called with each later value. */
  changed?: (value: T) => void;
  /** Told of reloads and of files that cannot be used; then the earlier value stays. */
  tell: (line: string) => void;
}

export class WatchedFiles<T> {
  readonly #options: WatchedFilesOptions<T>;
  readonly #timer: NodeJS.Timeout;
  #value: T;
  /** State of the files that `#value` was made of, or that could not be used. */
  #settled: string;
  /** State at the last look. */
  #seen: string;

  /** Throws what `load` throws. */
  constructor(options: WatchedFilesOptions<T>) {
    this.#options = options;
    this.#settled = this.#seen = this.#stamp();
    this.#value = options.load();
    this.#timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  get value(): T {
    return this.#value;
  }

  /** Two looks must see the same: a pair of files is not written at once. */
  look(): void {
    const stamp = this.#stamp();
    const steady = stamp === this.#seen;
    this.#seen = stamp;
    if (!steady || stamp === this.#settled) return;
    this.#settled = stamp;
    const { paths, load, changed, tell } = this.#options;
    try {
      this.#value = load();
      changed?.(this.#value);
      tell(`${paths.join(' and ')}: read again`);
    } catch (error) {
      tell(`${error instanceof Error ? error.message : String(error)}; what was read before stays in force`);
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #stamp(): string {
    return this.#options.paths.map(accessFileStamp).join('\n');
  }
}
