// One finding of `doctor`.

/** `fail`: sampling cannot work. `warn`: it works, with less, or another part of Pilotlight does not. */
export type CheckStatus = 'ok' | 'warn' | 'fail';

export interface Check {
  name: string;
  status: CheckStatus;
  /** What this host has. */
  found: string;
  /** What it means for Pilotlight. */
  why: string;
  /** The command that mends it, or what to do where no command can; empty when the status is `ok`. */
  mend: string;
}

export function ok(name: string, found: string, why: string): Check {
  return { name, status: 'ok', found, why, mend: '' };
}

export function warn(name: string, found: string, why: string, mend: string): Check {
  return { name, status: 'warn', found, why, mend };
}

export function fail(name: string, found: string, why: string, mend: string): Check {
  return { name, status: 'fail', found, why, mend };
}
