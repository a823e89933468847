// What the launcher gives up before the service begins, and whose the data directory is then. Needs root.
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  linkSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { removeFolder, ROOT, temporaryFolder } from '../support/daemon.ts';
import {
  ATTACH_CAPABILITIES,
  capabilityMask,
  LAUNCHER_CAPABILITIES,
  SAMPLER_CAPABILITIES,
} from '../../src/cli/capabilities.ts';
import { until } from '../support/programs.ts';
import { idsOf, parseCredentials, runAsService, startLauncher, unprivileged } from '../support/launcher.ts';

const SERVICE = idsOf('pilotlight');
const STRANGER = 12_345;
const folders: string[] = [];
let folder: string;
let dataDir: string;

beforeEach(() => {
  folder = temporaryFolder();
  chmodSync(folder, 0o755);
  folders.push(folder);
  dataDir = join(folder, 'data');
});
afterAll(() => folders.forEach(removeFolder));

const run = (script: string) => runAsService({ dataDir, script });

describe('the service', () => {
  it('has another user, no capability, no group, and can never gain any', async () => {
    const { stdout, code } = await run('cat /proc/self/status');
    expect(code).toBe(0);
    expect(parseCredentials(stdout)).toEqual(unprivileged(SERVICE));
  });

  it('cannot read what is root’s, write outside of its directory, or become root', async () => {
    const script = `cat /etc/shadow; touch /etc/pilotlight-test; kill -0 ${process.pid}; setpriv --reuid=0 true; echo "ended"`;
    const { stdout, stderr } = await run(script);
    expect(stdout).toBe('ended\n');
    expect(stderr.match(/Permission denied/g)).toHaveLength(2);
    expect(stderr).toMatch(/kill: .*not permitted/i);
    expect(stderr).toMatch(/setresuid failed/);
  });

  it('begins in its directory, with no descriptor but the standard ones, and files that others cannot read', async () => {
    // No pipe and no directory is opened by the shell that looks.
    const open = 'n=0; while [ $n -lt 1024 ]; do [ -e /proc/$$/fd/$n ] && printf "$n "; n=$((n+1)); done';
    const { stdout } = await run(`pwd; umask; ${open}`);
    expect(stdout.split('\n')).toEqual([dataDir, '0027', '0 1 2 ']);
  });

  it('is not started as a user that does not exist: the command that makes one is named', async () => {
    const { code, stderr } = await runAsService({ dataDir, script: 'echo ran', user: 'nobody-of-that-name' });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        'pilotlight: there is no user nobody-of-that-name to run as; make it: useradd --system --user-group ' +
        '--no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin nobody-of-that-name\n',
    });
  });

  it('is not started as root', async () => {
    const { code, stderr } = await runAsService({ dataDir, script: 'echo ran', user: 'root' });
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'pilotlight: the user root is root; name another, or none\n',
    });
  });
});

describe('the data directory', () => {
  const owner = (path: string): number => lstatSync(path).uid;
  async function refused(why: RegExp): Promise<void> {
    const { code, stdout, stderr } = await run('echo ran');
    expect(stderr).toMatch(why);
    expect(stderr).toMatch(/^pilotlight: the data directory [^\n]*; [^\n]*\n$/);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  }

  it('is made for the service, with the folders above it root’s', async () => {
    dataDir = join(folder, 'a/b/data');
    expect(await run('touch made')).toMatchObject({ code: 0, stderr: '' });
    expect(statSync(dataDir)).toMatchObject({ uid: SERVICE.uid, gid: SERVICE.gid });
    expect(statSync(dataDir).mode & 0o777).toBe(0o750);
    expect([owner(join(folder, 'a')), owner(join(dataDir, 'made'))]).toEqual([0, SERVICE.uid]);
  });

  it('of root is taken over with what root has in it, and one line says so', async () => {
    mkdirSync(join(dataDir, 'unwind-tables'), { recursive: true });
    for (const name of ['VERSION', 'hot.duckdb', 'unwind-tables/a']) writeFileSync(join(dataDir, name), '1');
    const { code, stderr } = await run('cat VERSION unwind-tables/a && echo 2 > hot.duckdb');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `pilotlight: the data directory ${dataDir} was root's and now belongs to pilotlight, with 4 files and folders in it\n`,
    });
    expect(owner(join(dataDir, 'unwind-tables/a'))).toBe(SERVICE.uid);
    expect(await run('true')).toMatchObject({ code: 0, stderr: '' }); // once
  });

  it('is taken over without following links, and without files that are somebody else’s', async () => {
    const outside = join(folder, 'outside');
    writeFileSync(outside, 'secret');
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'VERSION'), '1');
    symlinkSync(outside, join(dataDir, 'symbolic'));
    linkSync(outside, join(dataDir, 'hard'));
    writeFileSync(join(dataDir, 'foreign'), '');
    chownSync(join(dataDir, 'foreign'), STRANGER, STRANGER);
    expect(await run('true')).toMatchObject({ code: 0 });
    expect([owner(outside), owner(join(dataDir, 'symbolic')), owner(join(dataDir, 'hard'))]).toEqual([
      0, 0, 0,
    ]);
    expect([owner(join(dataDir, 'foreign')), owner(dataDir)]).toEqual([STRANGER, SERVICE.uid]);
  });

  it('of somebody else is refused, with the command that gives it away', async () => {
    mkdirSync(dataDir);
    chownSync(dataDir, STRANGER, STRANGER);
    await refused(/it belongs to user 12345 and the service runs as pilotlight; run: chown -R pilotlight: /);
    expect(owner(dataDir)).toBe(STRANGER);
  });

  it('is not made of a directory that has another use', async () => {
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, 'authorized_keys'), '');
    await refused(/it is root's, not empty, and no data directory; give a directory of its own/);
    expect([owner(dataDir), owner(join(dataDir, 'authorized_keys'))]).toEqual([0, 0]);
  });

  it('is not one that others may write to', async () => {
    mkdirSync(dataDir);
    chmodSync(dataDir, 0o1777);
    await refused(/it is root's and others may write to it/);
    expect(owner(dataDir)).toBe(0);
  });

  it('is not a link to a directory of root’s', async () => {
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), dataDir);
    await refused(/it is a symbolic link to a directory of root's; run: chown -R pilotlight: /);
    chownSync(join(folder, 'elsewhere'), SERVICE.uid, SERVICE.gid);
    expect(await run('true')).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('what the service reads', () => {
  it('is shown to it from a folder that is closed to it, and nothing else of that folder', async () => {
    const home = join(folder, 'home');
    const needed = ['app', 'tool'].map((name) => join(home, 'alice', name));
    mkdirSync(needed[0]!, { recursive: true });
    writeFileSync(join(needed[0]!, 'main'), 'the program\n');
    writeFileSync(needed[1]!, 'a file\n');
    writeFileSync(join(home, 'secret'), '');
    dataDir = join(home, 'alice/data');
    chmodSync(home, 0o700);
    const script = `cat ${needed[0]!}/main ${needed[1]!}; ls -a ${home} ${home}/alice | sort | tr "\\n" " "; touch ${dataDir}/made`;
    const { stdout, stderr } = await runAsService({ dataDir, script, needed });
    expect(stderr).toBe('');
    expect(stdout.split('\n').slice(0, 2)).toEqual(['the program', 'a file']);
    expect(stdout).not.toContain('secret');
    expect(existsSync(join(dataDir, 'made'))).toBe(true);
    // Only there: everybody else sees the folder as it was.
    expect(readFileSync(join(home, 'secret'), 'utf8')).toBe('');
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(home);
  });

  it('must be readable: the command that makes it so is named', async () => {
    const needed = [join(folder, 'dist')];
    mkdirSync(needed[0]!, { mode: 0o700 });
    const { code, stderr } = await runAsService({ dataDir, script: 'echo ran', needed });
    expect(code).toBe(1);
    expect(stderr).toBe(
      `pilotlight: cannot start the service: pilotlight may not read ${needed[0]!} (Permission denied); run: chmod -R go+rX ${needed[0]!}\n`,
    );
  });

  it('cannot be shown without the capability to mount: what helps is named', async () => {
    const closed = join(folder, 'closed');
    mkdirSync(join(closed, 'app'), { recursive: true });
    chmodSync(closed, 0o700);
    const wrapper = ['setpriv', '--bounding-set=-sys_admin', '--inh-caps=-sys_admin'];
    const { code, stderr } = await runAsService({
      ...{ dataDir, wrapper, script: 'echo ran' },
      needed: [join(closed, 'app')],
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /may not enter .*closed, and .*app cannot be shown to it .*chmod o\+x .*closed\n$/,
    );
  });
});

describe('the sampler', () => {
  it('has what attaching takes in the runs that attach, and less in those that answer', async () => {
    const program = join(ROOT, 'test/support/programs/attaching-sampler.mjs');
    const settings = [
      `attach-capabilities=${capabilityMask(ATTACH_CAPABILITIES)}`,
      `sampler-capabilities=${capabilityMask(SAMPLER_CAPABILITIES)}`,
      `launcher-capabilities=${capabilityMask(LAUNCHER_CAPABILITIES)}`,
    ];
    const sampler = [process.execPath, program, join(ROOT, 'build/Release/pilotlight.node')];
    const launcher = startLauncher(dataDir, settings, sampler, ['/bin/sleep', '100']);
    try {
      await until('four runs', 40_000, () => launcher.stdout.split('\n').length > 4);
      const [attach, run] = [capabilityMask(ATTACH_CAPABILITIES), capabilityMask(SAMPLER_CAPABILITIES)];
      expect(launcher.stdout).toBe(`attach ${attach}\nrun ${run}\nattach ${attach}\nrun ${run}\n`);
      expect(launcher.stderr).toBe('');
    } finally {
      await launcher.stop('SIGTERM');
    }
    expect(await launcher.ended).toMatchObject({ code: 0 });
  });
});
