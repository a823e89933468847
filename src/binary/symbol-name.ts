// Names as they are shown: decoded, without bytes that would disturb a terminal, a folded line or a page.

const utf8 = new TextDecoder();
// C0, DEL and C1: a newline would break a folded stack, an escape sequence a terminal.
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g;
/** `memcpy@@GLIBC_2.14`, `memcpy@GLIBC_2.2.5`: GNU as and ld write the version into .symtab's names. */
const VERSION_SUFFIX = /@@?[\w.]+$/;

/** Longer names are cut here; mangled C++ names of some kilobytes do occur. */
export const MAX_NAME_BYTES = 16 * 1024;

export function decodeName(bytes: Uint8Array): string {
  return utf8.decode(bytes.subarray(0, MAX_NAME_BYTES)).replace(CONTROL, '\ufffd');
}

export function withoutVersion(name: string): string {
  // An `@` that comes first belongs to the name (stdcall's `@foo@4`).
  const cut = name.replace(VERSION_SUFFIX, '');
  return cut === '' ? name : cut;
}
