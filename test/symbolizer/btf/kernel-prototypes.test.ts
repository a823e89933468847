import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FdSource, MemorySource } from '../../../src/binary/byte-source.ts';
import { KernelPrototypes } from '../../../src/symbolizer/btf/kernel-prototypes.ts';
import { bpftool, rawTypes } from '../../support/bpftool.ts';
import { BtfWriter, everyKind } from '../../support/btf-writer.ts';
import { withFd } from '../../support/symbolizer-fixtures.ts';

const VMLINUX = '/sys/kernel/btf/vmlinux';

describe('KernelPrototypes', () => {
  it('declares functions of this kernel from its open file', () => {
    withFd(VMLINUX, (fd) => {
      const prototypes = new KernelPrototypes(new FdSource(fd));
      expect(prototypes.prototypeOf('vfs_read')).toBe(
        'ssize_t vfs_read(struct file *file, char *buf, size_t count, loff_t *pos)',
      );
      expect(prototypes.prototypeOf('printk')).toBeNull(); // a macro since 5.15
      expect(prototypes.prototypeOf('_printk')).toBe('int _printk(const char *fmt, ...)');
    });
  });

  it('has a declaration for the functions that bpftool finds in this kernel', () => {
    const prototypes = new KernelPrototypes(new MemorySource(readFileSync(VMLINUX)));
    const functions = rawTypes(bpftool('btf', 'dump', 'file', VMLINUX, 'format', 'raw')).filter(
      ({ kind, id }) => kind === 'FUNC' && id % 5 === 0,
    );
    const missing = functions.filter(({ name }) => !prototypes.prototypeOf(name)?.includes(`${name}(`));
    expect(functions.length).toBeGreaterThan(1000);
    expect(missing).toEqual([]);
  });

  it('takes the declaration of the source for what a compiler made of it', () => {
    const prototypes = new KernelPrototypes(new MemorySource(everyKind().finish()));
    expect(['print.isra.0', 'print.constprop.0.cold', 'absent.part.3', '.cold', ''].map((name) => prototypes.prototypeOf(name))).toEqual([
      'int print(const char *format, ...)',
      'int print(const char *format, ...)',
      null,
      null,
      null,
    ]); // prettier-ignore
  });

  it('declares functions of modules, each by its own types', () => {
    const base = everyKind();
    const prototypes = new KernelPrototypes(new MemorySource(base.finish()));
    const before = prototypes.byteLength;
    for (const module of ['ext4', 'xfs']) {
      const split = new BtfWriter({ base });
      split.func('start', 0, [['state', split.pointer(split.struct(`${module}_state`))]]);
      prototypes.addModule(module, new MemorySource(split.finish()));
    }
    expect(['ext4', 'xfs', 'absent', ''].map((module) => prototypes.prototypeOf('start', module))).toEqual([
      'void start(struct ext4_state *state)',
      'void start(struct xfs_state *state)',
      null,
      null,
    ]);
    expect(prototypes.byteLength).toBeGreaterThan(before);
  });
});
