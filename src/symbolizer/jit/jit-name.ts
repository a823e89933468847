// What the writers of perf maps and jitdumps put into a name: function, file, line and how the code was compiled.
import type { SourceFrame } from '../source-frame.ts';
import { dotnetName } from './dotnet-name.ts';
import { jvmFrames } from './jvm-name.ts';
import { luaName } from './lua-name.ts';
import { pythonName } from './python-name.ts';
import { v8Name } from './v8-name.ts';

/** Innermost first: most writers tell of one function, the JVM's agent also of what it inlined. */
export function jitFrames(text: string): SourceFrame[] {
  return jvmFrames(text) ?? [jitName(text)];
}

/** The text itself where no convention is recognised (PHP, Wasmtime, Julia, Ruby, stubs of any runtime). */
export function jitName(text: string): SourceFrame {
  return v8Name(text) ?? pythonName(text) ?? dotnetName(text) ?? luaName(text) ?? plainName(text);
}

function plainName(name: string): SourceFrame {
  return { name, file: '', line: 0, column: 0 };
}
