// The daemon as root starts it: who its processes are, what they may do, and that they see and name everybody's code all
// the same. Needs root and BPF; not skipped in CI.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capabilityMask, LAUNCHER_CAPABILITIES, SAMPLER_CAPABILITIES } from '../../src/cli/capabilities.ts';
import { Daemon, NOBODY, removeFolder, ROOT, temporaryFolder } from '../support/daemon.ts';
import { credentialsOf, idsOf, parseCredentials, runAsService, unprivileged } from '../support/launcher.ts';
import type { Running } from '../support/programs.ts';
import { Programs, until } from '../support/programs.ts';

/** Hang bound of anything that takes a few seconds. */
const PATIENCE_MS = 60_000;

const programs = new Programs();
const folders: string[] = [];
let daemon: Daemon;

function newFolder(): string {
  const folder = temporaryFolder();
  folders.push(folder);
  return folder;
}

beforeAll(async () => {
  chmodSync(programs.path, 0o755); // other users run what lies there
  daemon = await Daemon.start({ dataDir: newFolder(), args: ['--rate', '199'] });
});
afterAll(async () => {
  await programs.stopAll();
  await daemon.stop();
  programs.remove();
  folders.forEach(removeFolder);
});

describe('the processes of the daemon', () => {
  it('are a service that may do nothing', async () => {
    const { service } = await daemon.children();
    expect(credentialsOf(service)).toEqual(unprivileged(idsOf('pilotlight')));
  });

  it('are a sampler of another user, with the capabilities listed and no other', async () => {
    const { sampler } = await daemon.children();
    const { uid, gid } = idsOf('pilotlight-sampler');
    const listed = capabilityMask(SAMPLER_CAPABILITIES);
    expect(credentialsOf(sampler)).toEqual({
      ...unprivileged({ uid, gid }),
      ...{ permitted: listed, effective: listed, inheritable: listed, ambient: listed, bounding: listed },
    });
  });

  it('are a launcher with what it needs to start them again', () => {
    const kept = capabilityMask(LAUNCHER_CAPABILITIES);
    const { permitted, effective, bounding, ambient, noNewPrivs } = credentialsOf(daemon.pid);
    expect({ permitted, effective, bounding }).toEqual({ permitted: kept, effective: kept, bounding: kept });
    expect({ ambient, noNewPrivs }).toEqual({ ambient: capabilityMask([]), noNewPrivs: true });
  });

  it('leave the service no way to root’s files or to the sampler', async () => {
    const { sampler, service } = await daemon.children();
    const script = `cat /proc/self/status; cat /etc/shadow >&2; kill -0 ${sampler}; cat /proc/${sampler}/maps >&2`;
    const { stdout, stderr } = await runAsService({ dataDir: daemon.dataDir, script });
    // It is the same as the service in all that the kernel asks.
    expect(parseCredentials(stdout)).toEqual(credentialsOf(service));
    expect(stderr).toMatch(/\/etc\/shadow: Permission denied/);
    expect(stderr).toMatch(/kill: .*not permitted/i);
    expect(stderr).toMatch(/maps: Permission denied/);
  });
});

/** Stacks of a thread's name, root first, with their samples. */
async function stacksOf(from: Daemon, comm: string): Promise<{ stack: string; samples: number }[]> {
  const query = encodeURIComponent(`{comm="${comm}"}`);
  const text = await (await from.get(`/api/v1/profile?from=now-5m&format=folded&query=${query}`)).text();
  return text.split('\n').filter((line) => line !== '').map((line) => {
    const space = line.lastIndexOf(' ');
    return { stack: line.slice(0, space), samples: Number(line.slice(space + 1)) };
  }); // prettier-ignore
}

const sum = (stacks: readonly { samples: number }[]): number =>
  stacks.reduce((all, { samples }) => all + samples, 0);

/** So much of the program's samples goes through all of these functions, in this order, once it is named. */
async function expectThrough(
  from: Daemon,
  comm: string,
  least: number,
  ...functions: string[]
): Promise<void> {
  const path = new RegExp(functions.map((name) => `(?:^|;)(?:${name})(?=;|$)`).join('.*'));
  let stacks: Awaited<ReturnType<typeof stacksOf>> = [];
  const share = (): number => sum(stacks.filter(({ stack }) => path.test(stack))) / sum(stacks);
  try {
    await until(`samples of ${comm} through ${functions.join(', ')}`, PATIENCE_MS, async () => {
      stacks = await stacksOf(from, comm);
      return sum(stacks) > 200 && share() >= least;
    });
  } catch (error) {
    const shown = stacks.slice(0, 5).map(({ stack, samples }) => `${samples} ${stack}`);
    throw new Error(`${share()} of ${sum(stacks)} samples: ${shown.join('\n')}`, { cause: error });
  }
}

const SECONDS = 60;
/** A command line put behind this runs as a user that has nothing to do with us. */
const asStranger = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
const start = (line: readonly string[]): Running => programs.start(line[0]!, line.slice(1));

describe('a profile by the daemon', () => {
  it('has whole, named stacks of another user’s program', async () => {
    start([...asStranger, programs.compile('busy', 'strangers'), '-1', String(SECONDS)]);
    await expectThrough(daemon, 'strangers', 0.95, 'main', 'busy_loop');
    await programs.stopAll();
  });

  it('has them of a program in a folder that only its user may enter', async () => {
    const home = newFolder();
    const program = join(home, 'closed-home');
    copyFileSync(programs.compile('busy', 'closed-home'), program);
    chmodSync(program, 0o755);
    execFileSync('chown', ['-R', String(NOBODY), home]);
    start([...asStranger, program, '-1', String(SECONDS)]);
    await expectThrough(daemon, 'closed-home', 0.95, 'main', 'busy_loop');
    await programs.stopAll();
  });

  it('has them of a program that was deleted while it runs', async () => {
    const program = programs.compile('busy', 'deleted');
    const running = start([...asStranger, program, '-1', String(SECONDS)]);
    await until('the program runs', PATIENCE_MS, () => credentialsOf(running.pid).uids[0] === NOBODY);
    await until('its exec', PATIENCE_MS, () => execFileSync('readlink', [`/proc/${running.pid}/exe`], { encoding: 'utf8' }).trim() === program); // prettier-ignore
    rmSync(program);
    await expectThrough(daemon, 'deleted', 0.95, 'main', 'busy_loop');
    await programs.stopAll();
  });

  it('has them of a program that only another mount namespace has', async () => {
    const built = programs.compile('busy', 'elsewhere');
    const place = newFolder();
    // On a file system that is mounted in there alone.
    const script = `mount -t tmpfs none ${place} && cp ${built} ${place}/elsewhere && chmod 755 ${place} && exec setpriv --reuid=${NOBODY} --clear-groups ${place}/elsewhere -1 ${SECONDS}`;
    start(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script]);
    await expectThrough(daemon, 'elsewhere', 0.95, 'main', 'busy_loop');
    await programs.stopAll();
  });

  it('names the code that another user’s Node program has compiled', async () => {
    const script = join(ROOT, 'test/support/programs/jit-functions.mjs');
    const copy = join(programs.path, 'jit-functions.mjs');
    copyFileSync(script, copy);
    const flags = ['--perf-basic-prof', '--interpreted-frames-native-stack', '--no-turbo-inlining'];
    const running = start([
      ...asStranger,
      process.execPath,
      '--title=jit-strangers',
      ...flags,
      copy,
      String(SECONDS),
    ]);
    try {
      await expectThrough(daemon, 'jit-strangers', 0.6, 'grind|turn');
    } finally {
      await programs.stopAll();
      rmSync(`/tmp/perf-${running.pid}.map`, { force: true });
    }
  });

  it('has the functions of BPF programs by the names of their source, which only SYS_ADMIN may ask for', async () => {
    const runner = programs.compile('run-bpf', 'run-bpf', ['-Wl,--no-as-needed', '-lbpf']);
    const object = programs.compileBpf('burn.bpf.o', [], join(ROOT, 'test/support/programs/burn.bpf.c'));
    const running = programs.start(runner, [object, SECONDS], { stdio: ['pipe', 'pipe', 'pipe'] });
    await until('the program is loaded', PATIENCE_MS, () => running.stdout.includes('\n'));
    // kallsyms has 15 characters of it.
    await expectThrough(daemon, 'run-bpf', 0.5, 'burn_with_a_long_name');
    await programs.stopAll();
  });

  it('has the kernel by name', async () => {
    const { names } = await daemon.json<{ names: string[] }>('/api/v1/flamegraph?from=now-5m');
    expect(names.some((name) => /^(do_syscall_64|entry_SYSCALL_64_after_hwframe|asm_\w+)$/.test(name))).toBe(
      true,
    );
  });
});

describe('a checkout in a home that only root may enter', () => {
  it('is served from as any other', async () => {
    const home = newFolder(); // mkdtemp makes it 0700
    const place = join(home, 'pilotlight');
    const dataDir = join(home, 'data');
    execFileSync('mkdir', [place]);
    const wrapper = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', `mount --bind ${ROOT} ${place} && exec "$@"`, 'sh']; // prettier-ignore
    const other = await Daemon.start({ dataDir, wrapper, command: join(place, 'bin/pilotlight.js') });
    try {
      expect((await other.get('/')).status).toBe(200);
      const { service } = await other.children();
      expect(credentialsOf(service)).toEqual(unprivileged(idsOf('pilotlight')));
      expect(execFileSync('ls', ['-a', `/proc/${service}/root${home}`], { encoding: 'utf8' })).toBe(
        '.\n..\ndata\npilotlight\n',
      );
    } finally {
      expect(await other.stop()).toMatchObject({ code: 0 });
    }
  });
});

describe('the settings of the systemd unit', () => {
  /** Applied by hand, for hosts without systemd: what unshare, mount, prlimit and setpriv can do of them. */
  function wrapperOf(unit: string): string[] {
    const setting = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)![1]!;
    const capabilities = setting('CapabilityBoundingSet')
      .toLowerCase()
      .replaceAll('cap_', '+')
      .replaceAll(' ', ',');
    const script = [
      'mount --bind /tmp /tmp', // PrivateTmp; the data directory and the test's programs lie there
      'mount -o remount,bind,ro /', // ProtectSystem=strict, ProtectHome=read-only
      'mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys', // ProtectKernelTunables
      'mount -o remount,bind,ro /sys/fs/cgroup', // ProtectControlGroups
      'exec "$@"',
    ].join(' && ');
    return [
      ...['unshare', '--mount', '--propagation', 'private', 'sh', '-c', script, 'sh'],
      ...['prlimit', '--core=0'], // LimitMEMLOCK matters before Linux 5.11, and not every root may raise it
      ...['setpriv', '--no-new-privs', '--inh-caps=-all', `--bounding-set=-all,${capabilities}`],
    ];
  }

  it('let it profile: whole stacks of another user’s program', async () => {
    const dataDir = newFolder();
    // As ExecStartPre does it: the launcher has no CAP_CHOWN.
    execFileSync('chown', ['pilotlight:', dataDir]);
    const wrapper = wrapperOf(readFileSync(join(ROOT, 'deploy/pilotlight.service'), 'utf8'));
    const other = await Daemon.start({ dataDir, wrapper, args: ['--rate', '199'] });
    try {
      const kept = capabilityMask(LAUNCHER_CAPABILITIES);
      expect(credentialsOf(other.pid)).toMatchObject({ permitted: kept, bounding: kept, noNewPrivs: true });
      // Through its own root: that of its mount namespace is another one in a chroot.
      const inside = `/proc/${other.pid}/root/etc/pilotlight-test`;
      expect(() => writeFileSync(inside, '')).toThrow('EROFS');
      start([...asStranger, programs.compile('busy', 'under-unit'), '-1', String(SECONDS)]);
      await expectThrough(other, 'under-unit', 0.95, 'main', 'busy_loop');
      expect((await other.status()).conservation).toMatchObject({ closed: true, unaccounted: 0 });
    } finally {
      await programs.stopAll();
      expect(await other.stop()).toMatchObject({ code: 0 });
    }
  });
});
