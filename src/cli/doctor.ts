// `pilotlight doctor`: what this host offers, what is missing, and the command that mends it.
import type { Check, CheckStatus } from './check.ts';
import { wantsColour } from './colours.ts';
import type { HostView } from './host-view.ts';
import { thisHost } from './host-view.ts';
import { checkBuild, checkCgroups, checkCycleCounter, checkDataDirectory } from './host-checks.ts';
import { checkBtf, checkKernel, checkUserReads } from './kernel-checks.ts';
import {
  checkCapabilities,
  checkKptrRestrict,
  checkLockdown,
  checkLockedMemory,
  checkNamespaces,
  checkParanoid,
  checkSeparation,
  checkUnprivilegedBpf,
} from './privilege-checks.ts';
import type { ProfileClient } from './profile-client.ts';
import { checkSymbols } from './symbol-checks.ts';

export interface DoctorOptions {
  json: boolean;
  host?: HostView;
  /** A daemon that may be running; without one only the host is looked at. */
  daemon?: ProfileClient;
  /** Takes the whole answer; standard output by default. */
  write?: (text: string) => void;
  colours?: boolean;
}

const CHECKS: readonly ((host: HostView) => Check)[] = [
  checkCapabilities,
  checkSeparation,
  checkNamespaces,
  checkKernel,
  checkUserReads,
  checkBtf,
  checkLockdown,
  checkParanoid,
  checkUnprivilegedBpf,
  checkKptrRestrict,
  checkLockedMemory,
  checkCycleCounter,
  checkCgroups,
  checkBuild,
  checkDataDirectory,
];

export function examine(host: HostView): Check[] {
  return CHECKS.map((check) => check(host));
}

/** Resolves to the exit code: 0 when sampling can work, else 1. */
export async function doctor(options: DoctorOptions): Promise<number> {
  const { json, host = thisHost(), daemon, write, colours } = options;
  const checks = [...examine(host), ...(daemon === undefined ? [] : await checkSymbols(daemon))];
  const canSample = checks.every((check) => check.status !== 'fail');
  const text = json
    ? `${JSON.stringify({ canSample, checks }, null, 2)}\n`
    : table(checks, canSample, colours ?? wantsColour(process.stdout));
  (write ?? ((answer: string) => process.stdout.write(answer)))(text);
  return canSample ? 0 : 1;
}

const COLOURS: Readonly<Record<CheckStatus, string>> = { ok: '\x1b[32m', warn: '\x1b[33m', fail: '\x1b[31m' };

function table(checks: readonly Check[], canSample: boolean, colours: boolean): string {
  const width = Math.max(...checks.map((check) => check.name.length));
  const lines = checks.flatMap(({ name, status, found, why, mend }) => {
    const mark = colours ? `${COLOURS[status]}${status.padEnd(4)}\x1b[0m` : status.padEnd(4);
    const line = `${mark}  ${name.padEnd(width)}  ${found}`;
    const indent = ' '.repeat(6 + width + 2);
    if (status === 'ok') return [line];
    return [line, `${indent}why:  ${why}`, ...(mend === '' ? [] : [`${indent}mend: ${mend}`])];
  });
  const verdict = canSample
    ? 'This host can be sampled.'
    : 'This host cannot be sampled until what failed is mended.';
  return `${[...lines, '', verdict].join('\n')}\n`;
}
