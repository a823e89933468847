// One list of capabilities: what says it elsewhere says the same.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Capability } from '../../src/cli/capabilities.ts';
import {
  ATTACH_CAPABILITIES,
  CAPABILITY_BITS,
  capabilityMask,
  LAUNCHER_CAPABILITIES,
  SAMPLER_CAPABILITIES,
} from '../../src/cli/capabilities.ts';

const textOf = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const sorted = (names: readonly string[]): string[] => [...names].sort();

describe('the capabilities', () => {
  it('have the numbers of linux/capability.h', () => {
    const header = readFileSync('/usr/include/linux/capability.h', 'utf8');
    for (const [name, bit] of Object.entries(CAPABILITY_BITS)) {
      expect(header).toMatch(new RegExp(`^#define CAP_${name}\\s+${bit}$`, 'm'));
    }
  });

  it('are printed as the kernel prints a set', () => {
    expect(capabilityMask(['BPF', 'SYS_PTRACE'])).toBe('0000008000080000');
    expect(capabilityMask([])).toBe('0000000000000000');
  });

  it('of the launcher hold all that it gives to others', () => {
    for (const name of [...SAMPLER_CAPABILITIES, ...ATTACH_CAPABILITIES])
      expect(LAUNCHER_CAPABILITIES).toContain(name);
  });

  it('are those of SECURITY.md, each with its reason', () => {
    const rows = [...textOf('SECURITY.md').matchAll(/^\| `(\w+)` \| (\w+) \|/gm)];
    const named = (who: string) => rows.filter(([, , keeper]) => keeper === who).map(([, name]) => name!);
    expect(sorted(named('sampler'))).toEqual(sorted(SAMPLER_CAPABILITIES));
    const own = LAUNCHER_CAPABILITIES.filter((name) => !SAMPLER_CAPABILITIES.includes(name));
    expect(sorted(named('launcher'))).toEqual(sorted(own));
  });

  it('are those of the systemd unit', () => {
    const line = /^CapabilityBoundingSet=(.*)$/m.exec(textOf('deploy/pilotlight.service'))![1]!;
    const names = line.split(' ').map((name) => name.replace(/^CAP_/, '') as Capability);
    expect(sorted(names)).toEqual(sorted(LAUNCHER_CAPABILITIES));
  });

  it('are those of the README', () => {
    const readme = textOf('README.md');
    for (const name of SAMPLER_CAPABILITIES) expect(readme).toContain(`\`${name}\``);
  });
});
