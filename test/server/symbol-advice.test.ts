// What is advised for which object, on hosts made of files.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ObjectKind } from '../../src/model/code-object.ts';
import { objectId } from '../../src/model/code-object.ts';
import { adviceFor, debugFile, SymbolAdvisor } from '../../src/server/symbol-advice.ts';
import type { GainingObject } from '../../src/store/profile-store.ts';

interface Scene extends Partial<Omit<GainingObject, 'object'>> {
  kind?: ObjectKind;
  buildId?: string;
  size?: number;
}

function gaining(path: string, scene: Scene = {}): GainingObject {
  const { kind = 'elf', buildId = '', size = 100, ...rest } = scene;
  const object = { id: objectId(kind, 'elf', path), kind, buildId, path, size, addressing: 'elf' } as const;
  return { object, samples: 10, has: 'object', reason: '', exe: '', ...rest };
}

const BUILD_ID = 'abcdef0123456789ab';
const NOTHING = { package: undefined, hasDebugFile: false };

/** A host with those files, each of 100 bytes unless it is given as text. */
function advisorOf(files: Readonly<Record<string, string | undefined>>): SymbolAdvisor {
  const root = mkdtempSync(join(tmpdir(), 'pilotlight-advice-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text ?? 'x'.repeat(100));
  }
  return new SymbolAdvisor(root);
}

const LIBSSL = '/usr/lib/libssl.so.3';
const LIST = { '/var/lib/dpkg/info/libssl3.list': `${LIBSSL}\n` };

describe('advice for files', () => {
  it('names the command that installs the debug package of a file that belongs to one', async () => {
    const advisor = advisorOf({ ...LIST, [LIBSSL]: undefined });
    expect(await advisor.advise([gaining(LIBSSL)])).toEqual(['sudo apt-get install libssl3-dbgsym']);
  });

  it('brings file and debug package to one version where the latter is there already', async () => {
    const installed = { '/var/lib/dpkg/info/libssl3-dbgsym.list': '/usr/lib/debug/x\n' };
    const advisor = advisorOf({ ...LIST, ...installed, [LIBSSL]: undefined });
    expect(await advisor.advise([gaining(LIBSSL)])).toEqual(['sudo apt-get install libssl3 libssl3-dbgsym']);
  });

  it('does not take another file at the same path, as in a container, for the host’s own', async () => {
    const advisor = advisorOf({ ...LIST, [LIBSSL]: undefined });
    const foreign = [gaining(LIBSSL, { size: 99, buildId: BUILD_ID }), gaining(LIBSSL, { size: 0 })];
    expect(await advisor.advise(foreign)).toEqual([
      'put its debug file at /usr/lib/debug/.build-id/ab/cdef0123456789ab.debug',
      'build it with -g and -Wl,--build-id',
    ]);
  });

  it('advises nothing where the debug file is in its place', async () => {
    const advisor = advisorOf({ ...LIST, [LIBSSL]: undefined, [debugFile(BUILD_ID)!]: 'ELF' });
    expect(await advisor.advise([gaining(LIBSSL, { buildId: BUILD_ID })])).toEqual(['']);
  });

  it('makes no path of what is no build id', () => {
    expect(debugFile('')).toBeNull();
    expect(debugFile('ab')).toBeNull();
    expect(debugFile('../../etc/shadow')).toBeNull();
  });
});

describe('advice for what is no file', () => {
  it.each([
    ['/usr/bin/node', 'start it with: node --perf-basic-prof'],
    ['/usr/lib/jvm/java-17/bin/java', 'jcmd 4711 Compiler.perfmap (JDK 17 or newer; before, perf-map-agent)'],
    ['/usr/bin/python3.12', 'start it with: python3 -X perf (Python 3.12 or newer)'],
    ['/usr/bin/dotnet', 'start it with DOTNET_PerfMapEnabled=1 in its environment'],
    ['/opt/own', 'have its runtime write /tmp/perf-4711.map'],
    ['', 'have its runtime write /tmp/perf-4711.map'],
  ])('says how %s tells what it compiled', (exe, advice) => {
    expect(adviceFor(gaining('[jit 4711]', { kind: 'jit', exe }), NOTHING)).toBe(advice);
  });

  it('has none for code that its runtime names', () => {
    const named = gaining('[jit 4711]', { kind: 'jit', exe: '/usr/bin/node', has: 'function' });
    expect(adviceFor(named, NOTHING)).toBe('');
  });

  it('has none for the kernel and what it maps, but where it hides its names', () => {
    for (const kind of ['kernel', 'module', 'vdso', 'bpf'] as const) {
      expect(adviceFor(gaining('[it]', { kind, has: 'function' }), NOTHING)).toBe('');
    }
    const hidden = gaining('[kernel.kallsyms]', { kind: 'kernel', reason: 'no-permission' });
    expect(adviceFor(hidden, NOTHING)).toBe('sudo sysctl kernel.kptr_restrict=1');
  });
});
