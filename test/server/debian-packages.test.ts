// Whose a file is, by lists as dpkg keeps them.
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { DebianPackages } from '../../src/server/debian-packages.ts';

const LISTS: Readonly<Record<string, string>> = {
  'libc6:amd64': '/.\n/lib\n/lib/x86_64-linux-gnu/libc.so.6\n/usr/share/doc/libc6/copyright\n',
  'libc6:s390x': '/lib/s390x-linux-gnu/libc.so.6\n',
  'libc6-dbg:amd64': '/usr/lib/debug/.build-id/00/11.debug\n',
  'libssl3:amd64': '/usr/lib/x86_64-linux-gnu/libssl.so.3\n',
  bash: '/bin/bash\n/usr/bin/bashbug\n',
};

class Host {
  readonly root = mkdtempSync(join(tmpdir(), 'pilotlight-dpkg-'));
  readonly #folder = join(this.root, 'var/lib/dpkg/info');
  nowMs = 0;
  readonly packages = new DebianPackages(this.root, () => this.nowMs);
  #changes = 0;

  constructor(lists: Readonly<Record<string, string>> = LISTS) {
    onTestFinished(() => rmSync(this.root, { recursive: true }));
    mkdirSync(this.#folder, { recursive: true });
    for (const [name, text] of Object.entries(lists)) this.install(name, text);
  }

  /** The folder's time changes with it, as it does when dpkg renames a list into place. */
  install(name: string, text: string): void {
    writeFileSync(join(this.#folder, `${name}.list`), text);
    utimesSync(this.#folder, 1000 + ++this.#changes, 1000 + this.#changes);
  }

  async ownerOf(path: string): Promise<string | undefined> {
    return (await this.packages.packagesOf([path])).get(path)?.owner;
  }
}

// The lists are of a host whose own architecture is amd64.
const onAmd64 = it.runIf(process.arch === 'x64');

describe('DebianPackages', () => {
  onAmd64('knows the package of a file, and the package of its debug files', async () => {
    const { packages } = new Host();
    const paths = ['/usr/lib/x86_64-linux-gnu/libssl.so.3', '/usr/bin/bash', '/opt/own', '/usr/lib'];
    expect(Object.fromEntries(await packages.packagesOf(paths))).toEqual({
      '/usr/lib/x86_64-linux-gnu/libssl.so.3': {
        owner: 'libssl3',
        debug: 'libssl3-dbgsym',
        installed: false,
      },
      '/usr/bin/bash': { owner: 'bash', debug: 'bash-dbgsym', installed: false },
    });
  });

  onAmd64('finds a file under /usr that its package lists under /', async () => {
    const { packages } = new Host();
    const path = '/usr/lib/x86_64-linux-gnu/libc.so.6';
    expect((await packages.packagesOf([path])).get(path)).toEqual({
      owner: 'libc6',
      debug: 'libc6-dbg',
      installed: true,
    });
  });

  onAmd64('names the architecture of a package that is not of the host’s own', async () => {
    const path = '/lib/s390x-linux-gnu/libc.so.6';
    expect((await new Host().packages.packagesOf([path])).get(path)).toEqual({
      owner: 'libc6:s390x',
      debug: 'libc6-dbg:s390x',
      installed: false,
    });
  });

  it('takes no part of a path for a path', async () => {
    const host = new Host({ bash: '/bin/bash-static\n/usr/lib/a/bin/bash\n' });
    expect(await host.ownerOf('/bin/bash')).toBeUndefined();
  });

  it('looks again when packages have changed, and not more often than every ten seconds', async () => {
    const host = new Host();
    expect(await host.ownerOf('/opt/tool')).toBeUndefined();
    host.install('tool', '/opt/tool\n');
    expect(await host.ownerOf('/opt/tool')).toBeUndefined();
    host.nowMs += 10_000;
    expect(await host.ownerOf('/opt/tool')).toBe('tool');
    host.install('tool', '/opt/other\n');
    host.nowMs += 10_000;
    expect(await host.ownerOf('/opt/tool')).toBeUndefined();
  });

  it('knows nothing on a host without dpkg, and passes over what is no list', async () => {
    expect((await new DebianPackages('/nonexistent').packagesOf(['/bin/sh'])).size).toBe(0);
    const host = new Host({ dash: '/bin/dash\n' });
    mkdirSync(join(host.root, 'var/lib/dpkg/info/folder.list'));
    expect(await host.ownerOf('/bin/dash')).toBe('dash');
  });
});
