// Text of /proc: what the kernel prints, with the names that processes give themselves.
import { execFileSync, spawn } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  listPids,
  parseCgroup,
  parseExecutableMappings,
  parseStat,
  parseUid,
  readProcess,
} from '../../src/collector/proc.ts';

/** Fields 3 to 22 of /proc/PID/stat, and a few beyond. */
const STAT_REST = 'S 1 77 77 0 -1 4194560 100 0 0 0 1 2 0 0 20 0 1 0 987654 12345 67 18446744073709551615';

describe('parseStat', () => {
  it.each(['bash', 'tmux: server', 'a) S 1 (b', ')', '((', '', 'x\ny'])(
    'finds name and start time where the name is %j',
    (comm) => {
      expect(parseStat(`77 (${comm}) ${STAT_REST}\n`)).toEqual({ comm, startTicks: 987654 });
    },
  );
});

describe('parseExecutableMappings', () => {
  const paths = (lines: string[]): string[] => parseExecutableMappings(lines.join('\n')).map((m) => m.path);

  it('reads every field of an executable line and passes over the others', () => {
    expect(
      parseExecutableMappings(
        [
          '55d0c8a00000-55d0c8a28000 r--p 00000000 fe:01 1234                       /usr/bin/bash',
          '55d0c8a28000-55d0c8b00000 r-xp 00028000 fe:01 1234                       /usr/bin/bash',
          '7ffd1a000000-7ffd1a021000 rw-p 00000000 00:00 0                          [stack]',
          'ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]',
          '',
        ].join('\n'),
      ),
    ).toEqual([
      {
        start: 0x55d0_c8a2_8000n,
        end: 0x55d0_c8b0_0000n,
        offset: 0x28000,
        device: 'fe:01',
        inode: '1234',
        path: '/usr/bin/bash',
      },
      {
        start: 0xffff_ffff_ff60_0000n,
        end: 0xffff_ffff_ff60_1000n,
        offset: 0,
        device: '00:00',
        inode: '0',
        path: '[vsyscall]',
      },
    ]);
  });

  it('keeps the kernel’s own words for what is no plain file', () => {
    expect(
      paths([
        '1000-2000 r-xp 00000000 fe:01 99                         /tmp/gone (deleted)',
        '2000-3000 rwxp 00000000 00:01 1026                       /memfd:jit code (deleted)',
        '3000-4000 r-xp 00000000 00:00 0                          [vdso]',
        '4000-5000 rwxp 00000000 00:00 0 ',
        '5000-6000 rwxp 00000000 00:00 0                          [anon:v8]',
        '6000-7000 r-xs 00000000 00:05 7                          /dev/zero (deleted)',
      ]),
    ).toEqual([
      '/tmp/gone (deleted)',
      '/memfd:jit code (deleted)',
      '[vdso]',
      '',
      '[anon:v8]',
      '/dev/zero (deleted)',
    ]);
  });

  it('gives back the newline that the kernel prints as \\012', () => {
    expect(paths(['1000-2000 r-xp 00000000 fe:01 5      /tmp/two\\012lines  with spaces '])).toEqual([
      '/tmp/two\nlines  with spaces ',
    ]);
  });

  it.each(['\r', '\u2028', '\u2029', '\t', '\u00e9'])('keeps a mapping whose path holds %j', (character) => {
    expect(paths([`1000-2000 r-xp 00000000 fe:01 5      /tmp/a${character}b`])).toEqual([
      `/tmp/a${character}b`,
    ]);
  });

  it('has inodes beyond 2^53', () => {
    const [found] = parseExecutableMappings('1-2 r-xp 00000000 00:2f 9223372036854775809 /overlay/x');
    expect(found!.inode).toBe('9223372036854775809');
  });
});

describe('parseCgroup', () => {
  it('takes the v2 path', () => {
    expect(parseCgroup('0::/system.slice/ssh.service\n')).toBe('/system.slice/ssh.service');
  });

  it('takes the first v1 path that is not the root', () => {
    expect(parseCgroup('12:pids:/\n11:memory:/docker/abc\n1:name=systemd:/other\n0::/\n')).toBe(
      '/docker/abc',
    );
  });

  it('prefers the v2 path on a hybrid host', () => {
    expect(parseCgroup('4:memory:/docker/abc\n0::/system.slice/x.service\n')).toBe('/system.slice/x.service');
  });

  it('keeps colons of a path', () => {
    expect(parseCgroup('0::/a/b.slice:cri-containerd:77\n')).toBe('/a/b.slice:cri-containerd:77');
  });

  it('gives the root where there is nothing else', () => {
    expect([parseCgroup('0::/\n'), parseCgroup('')]).toEqual(['/', '/']);
  });
});

describe('readProcess', () => {
  it('reads this process as the kernel knows it', () => {
    const self = readProcess(process.pid)!;
    expect(self).toMatchObject({ pid: process.pid, exe: process.execPath, uid: process.getuid!() });
    expect(self.startTicks).toBeGreaterThan(0);
    const main = process.execPath;
    expect(self.mappings.some(({ path, inode }) => path === main && inode !== '0')).toBe(true);
    expect(self.mappings.some(({ path }) => path === '[vdso]')).toBe(true);
    for (let i = 1; i < self.mappings.length; i++) {
      expect(self.mappings[i]!.start).toBeGreaterThanOrEqual(self.mappings[i - 1]!.end);
    }
    expect(listPids()).toContain(process.pid);
  });

  it('reads a process with a hostile name, whose program was deleted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pilotlight-proc-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const program = join(realpathSync(folder), 'a) S 1 (b');
    copyFileSync(execFileSync('sh', ['-c', 'command -v sleep'], { encoding: 'utf8' }).trim(), program);
    const child = spawn(program, ['60'], { stdio: 'ignore' });
    onTestFinished(() => void child.kill());
    await new Promise((resolve) => child.once('spawn', resolve));
    rmSync(program);
    const found = readProcess(child.pid!)!;
    expect(found).toMatchObject({ comm: 'a) S 1 (b', exe: program });
    expect(found.startTicks).toBeGreaterThanOrEqual(readProcess(process.pid)!.startTicks);
    expect(found.mappings.map((m) => m.path)).toContain(`${program} (deleted)`);
  });

  it('gives null for a process that is gone', () => {
    expect(readProcess(2 ** 22 + 1)).toBeNull();
  });

  it('reads a kernel thread, which has neither program nor mappings', () => {
    const root = mkdtempSync(join(tmpdir(), 'pilotlight-proc-'));
    onTestFinished(() => rmSync(root, { recursive: true }));
    mkdirSync(join(root, '2'));
    const files = {
      stat: `2 (kthreadd) ${STAT_REST}`,
      status: 'Uid:\t0\t0\t0\t0\n',
      cgroup: '0::/\n',
      maps: '',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(root, '2', name), text);
    const expected = {
      pid: 2,
      startTicks: 987654,
      comm: 'kthreadd',
      exe: '',
      uid: 0,
      cgroup: '/',
      mappings: [],
    };
    expect(readProcess(2, root)).toEqual(expected);
    symlinkSync('/usr/bin/x (deleted)', join(root, '2', 'exe'));
    expect(readProcess(2, root)).toEqual({ ...expected, exe: '/usr/bin/x' });
  });
});

describe('parseUid', () => {
  it('takes the real user id', () => {
    expect(parseUid('Name:\tUid:\t5\nUid:\t1000\t0\t0\t0\nGid:\t7\n')).toBe(1000);
  });
});
