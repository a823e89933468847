// The BPF program compiled with other definitions than the built one's (CMakeLists.txt).
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './daemon.ts';

export function compileBpfObject(output: string, defines: readonly string[]): string {
  const architecture = process.arch === 'arm64' ? 'arm64' : 'x86';
  const multiarch = execFileSync('gcc', ['-print-multiarch'], { encoding: 'utf8' }).trim();
  execFileSync('clang', [
    ...['-g', '-O2', '-mcpu=v3', '-target', 'bpf', `-D__TARGET_ARCH_${architecture}`],
    ...[`-I/usr/include/${multiarch}`, '-Wall', '-Werror', ...defines],
    ...['-c', join(ROOT, 'bpf/pilotlight.bpf.c'), '-o', output],
  ]);
  return output;
}
