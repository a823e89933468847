// Options of the daemon, as the command line gives them to the processes it starts.
import type { UpkeepPolicy } from '../store/profile-store.ts';

export interface ServeOptions {
  listen: string;
  dataDir: string;
  rateHz: number;
  memoryLimitBytes: number;
  sampler: boolean;
  /** Listening beyond loopback without a token was asked for. */
  insecure: boolean;
  /** Of those who are let in; undefined: everybody who reaches the server is. */
  tokenFile: string | undefined;
  tlsCert: string | undefined;
  tlsKey: string | undefined;
  /** Names that the server is asked by besides its own. */
  allowHost: readonly string[];
  /** Addresses of servers that may be asked for debug files, separated by blanks. */
  debuginfod: string;
  /** How long what is kept. */
  policy: UpkeepPolicy;
}

/** A child that cannot work here says why in one line and ends with this code: the launcher does not start it again. */
export const GIVE_UP = 78;

/** A sampler that has found a CPU it may not attach ends with this code: the next one may (native/launcher.cc). */
export const ATTACH_AGAIN = 77;
