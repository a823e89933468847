// bpftool, by those who wrote BTF: what it prints is what a reader must find.
import { execFileSync } from 'node:child_process';

/** Standard output of a command. Debian has it in /usr/sbin, which is not on everybody's PATH. */
export function bpftool(...args: string[]): string {
  return execFileSync('bpftool', args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
  });
}

/** A line of `bpftool btf dump … format raw` that begins a type. */
export interface RawType {
  id: number;
  kind: string;
  /** '' for `(anon)`. */
  name: string;
  fields: Record<string, string>;
}

/** `[12] FUNC 'vfs_read' type_id=11 linkage=static`; lines of members and parameters are passed over. */
export function rawTypes(text: string): RawType[] {
  const types: RawType[] = [];
  for (const [, id, kind, name, rest] of text.matchAll(/^\[(\d+)\] (\S+) '(.*?)'(.*)$/gm)) {
    const fields = Object.fromEntries(
      [...rest!.matchAll(/(\w+)=([^\s,]+)/g)].map(([, key, value]): [string, string] => [key!, value!]),
    );
    types.push({ id: Number(id), kind: kind!, name: name === '(anon)' ? '' : name!, fields });
  }
  return types;
}
