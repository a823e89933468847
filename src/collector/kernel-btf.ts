// The kernel's own types, for whoever shows how its functions are declared.
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { OpenResult } from '../model/object-source.ts';

/** Everybody may read it: no privilege is asked for. */
const FOLDER = '/sys/kernel/btf';
/** MODULE_NAME_LEN is 56 on 64-bit kernels. Names come from kallsyms; a path must not be made of anything else. */
const MODULE_NAME = /^[A-Za-z0-9_-]{1,55}$/;

/** Types of a module, or with '' of the kernel itself. `no-file` where the kernel was built without BTF (or has no such module). */
export function openKernelBtf(module = '', folder = FOLDER): OpenResult {
  const name = module === '' ? 'vmlinux' : module;
  if (!MODULE_NAME.test(name)) return { ok: false, reason: 'no-file' };
  try {
    const fd = openSync(join(folder, name), 'r');
    return { ok: true, fd, close: () => closeSync(fd) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { ok: false, reason: code === 'EACCES' || code === 'EPERM' ? 'no-permission' : 'no-file' };
  }
}
