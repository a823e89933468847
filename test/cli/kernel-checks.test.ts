import { describe, expect, it } from 'vitest';
import { checkKernel, checkUserReads } from '../../src/cli/kernel-checks.ts';
import type { HostFiles } from './fake-host.ts';
import { fakeHost } from './fake-host.ts';

const kernel = (release: string, files: HostFiles = {}) =>
  fakeHost({ 'proc/sys/kernel/osrelease': `${release}\n`, ...files });

describe('checkKernel', () => {
  it.each([
    ['4.19.0-27-amd64', 'fail'],
    ['5.5.19', 'fail'],
    ['5.6.0', 'warn'],
    ['5.9.16', 'warn'],
    ['5.10.0-28-amd64', 'ok'],
    ['6.1.0-18-amd64', 'ok'],
    ['7.0.0-rc1', 'ok'],
  ])('judges %s as %s', (release, expected) => {
    expect(checkKernel(kernel(release)).status).toBe(expected);
  });

  it('says why a kernel is too old and what to do', () => {
    const { why, mend } = checkKernel(kernel('5.4.0-42-generic'));
    expect(why).toContain('older than 5.6');
    expect(mend).toContain('apt-get install linux-image-');
  });

  it('warns where the version cannot be read', () => {
    expect(checkKernel(fakeHost({ 'proc/sys/kernel/osrelease': null })).status).toBe('warn');
  });
});

describe('checkUserReads', () => {
  it.each([
    ['5.18.19', 'ok'],
    ['5.19.1', 'warn'],
    ['6.0.12', 'warn'],
    ['6.1.35', 'warn'],
    ['6.1.36', 'ok'],
    ['6.1.25-37.47.amzn2023.x86_64', 'warn'],
    ['6.1.94-99.176.amzn2023.x86_64', 'ok'],
    ['6.2.16', 'warn'],
    ['6.3.9', 'warn'],
    ['6.3.10', 'ok'],
    ['6.4.0', 'ok'],
    ['6.18.44', 'ok'],
  ])('judges %s as %s', (release, expected) => {
    expect(checkUserReads(kernel(release)).status).toBe(expected);
  });

  const debian = (version: string) =>
    `Linux version 6.1.0-18-amd64 (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #1 SMP PREEMPT_DYNAMIC Debian ${version} (2024-02-01)\n`;

  it.each([
    ['6.1.76-1', 'ok'],
    ['6.1.27-1', 'warn'],
  ])("reads Debian's %s from /proc/version, past the compiler's", (version, expected) => {
    const check = checkUserReads(kernel('6.1.0-18-amd64', { 'proc/version': debian(version) }));
    expect(check).toMatchObject({ status: expected, found: `as of Linux ${version.split('-')[0]}` });
  });

  it("reads Ubuntu's release from its signature", () => {
    const ubuntu = { 'proc/version_signature': 'Ubuntu 6.2.0-39.40~22.04.1-generic 6.2.16\n' };
    expect(checkUserReads(kernel('6.2.0-39-generic', ubuntu))).toMatchObject({
      status: 'warn',
      found: 'as of Linux 6.2.16',
    });
  });

  it('says where the patch level is not told', () => {
    const check = checkUserReads(kernel('6.1.0-18-amd64'));
    expect(check).toMatchObject({ status: 'warn', found: 'as of Linux 6.1' });
    expect(check.why).toContain('does not tell its patch level');
  });
});
