// demangle: what a linker's name is called in its language.
import { demangleItanium, isItanium } from './itanium/demangle-itanium.ts';
import { unlessNotMangled } from './not-mangled.ts';
import { demangleRustLegacy, isRustLegacy } from './rust/legacy.ts';
import { demangleRustV0, isRustV0 } from './rust/v0.ts';

/** Of a name and of what is shown for it: longer ones are left alone. The longest seen in real programs had 10,000 when it was shown. */
const MAX_LENGTH = 1 << 16;

/**
 * C++ (Itanium ABI) and Rust (legacy and v0) in the form of LLVM's demangler; Rust's legacy names, which LLVM takes for
 * C++, as Rust's own tools show them, without the hash. All others come back as they are, Go's and C's too. The result
 * has no more than 65,536 characters.
 */
export function demangle(linkageName: string): string {
  if (!mayBeMangled(linkageName) || linkageName.length > MAX_LENGTH) return linkageName;
  const shown = demangled(linkageName);
  return shown === null || shown.length > MAX_LENGTH ? linkageName : shown;
}

/** Most names of C and Go are told apart here, without more. */
function mayBeMangled(name: string): boolean {
  return name.startsWith('_') && (isRustV0(name) || isItanium(name));
}

function demangled(name: string): string | null {
  if (isRustV0(name)) return unlessNotMangled(() => demangleRustV0(name));
  if (isRustLegacy(name)) {
    const rust = unlessNotMangled(() => demangleRustLegacy(name));
    if (rust !== null) return rust;
  }
  if (isAscii(name)) return unlessNotMangled(() => demangleItanium(name));
  // Lengths of identifiers are in bytes.
  const result = unlessNotMangled(() => demangleItanium(asBytes(name)));
  return result === null ? null : fromBytes(result);
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false;
  return true;
}

function asBytes(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

function fromBytes(text: string): string {
  return new TextDecoder().decode(Uint8Array.from(text, (character) => character.charCodeAt(0)));
}
