// JitFile: what a process tells of its code, in whichever format its file turns out to be.
import type { ByteSource } from '../../binary/byte-source.ts';
import type { SourceFrame } from '../source-frame.ts';
import type { JitCode } from './jit-code.ts';
import { Jitdump } from './jitdump.ts';
import { looksLikeJitdump } from './jitdump-header.ts';
import { PerfMap } from './perf-map.ts';

/** A file may be empty at first, and have another format when a program begins it anew. */
export class JitFile implements JitCode {
  private code: JitCode | null = null;

  get byteLength(): number {
    return this.code?.byteLength ?? 0;
  }

  refresh(source: ByteSource): void {
    const isDump = looksLikeJitdump(source);
    if (isDump === null) this.code = null;
    else if (isDump && !(this.code instanceof Jitdump)) this.code = new Jitdump();
    else if (!isDump && !(this.code instanceof PerfMap)) this.code = new PerfMap();
    this.code?.refresh(source);
  }

  framesAt(address: number): SourceFrame[] | null {
    return this.code?.framesAt(address) ?? null;
  }

  takeReplaced(): number {
    return this.code?.takeReplaced() ?? 0;
  }
}
