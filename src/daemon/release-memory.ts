// Keeps the resident set to what running needs: starting up touches most of Node's and DuckDB's code once, and a large
// query much of DuckDB's again.
import { native } from '../collector/native.ts';

/** Modules are loaded, the first processes named, the store's statements prepared. */
const FIRST_MS = 30_000;
/** A release takes 1 to 3 ms with the page faults after it: some hundred-thousandths of this. */
const EVERY_MS = 60_000;

/** Goes on until the process ends, and does not keep it alive. */
export function releaseMemoryRegularly(): void {
  const release = () => {
    native().releaseUnusedMemory();
    setTimeout(release, EVERY_MS).unref();
  };
  setTimeout(release, FIRST_MS).unref();
}
