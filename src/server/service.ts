// What the server needs of the running service. The command line wires the collector to it.
import type { StatusBody } from './status.ts';

export interface RunningService {
  /** False under `--no-sampler`: stored profiles are served, nothing new arrives. */
  readonly sampling: boolean;
  /** What the service knows; `store` and `coverage` are added by the server where they are missing. */
  status(): Promise<StatusBody>;
  /** Resolves when everything sampled before the call can be queried, names included where they are known. */
  flush(): Promise<void>;
  /** C declaration of a function of the running kernel; null where it is not known. */
  prototype(name: string): Promise<string | null>;
}

/** The part of a pino logger that is used here. */
export interface ServerLog {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}
