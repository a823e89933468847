// The kit: descriptors and facts of one loading of the BPF program, by name. The sampler makes it, the launcher
// holds it through restarts, the service works with it.

/**
 * One item. Names: `session` (text only), those of PROGRAM_ITEMS, per CPU `log.N`, `event.N`, `sideband.N`, and the
 * shards of the arena `shard.N`.
 */
export interface KitItem {
  name: string;
  text: string;
  /** −1 where the item is text only. */
  fd: number;
  /** The launcher keeps this many bytes of it mapped (a perf ring is freed with its last mapping); 0 for none. */
  mapBytes: number;
}

export type Kit = Map<string, KitItem>;

/** Wire form, shared with native/launcher.cc: `K NAME MAP_BYTES\nTEXT`. */
export function encodeKitItem(item: KitItem): Buffer {
  return Buffer.from(`K ${item.name} ${item.mapBytes}\n${item.text}`);
}

export function decodeKitItem(bytes: Buffer, fds: readonly number[]): KitItem {
  const text = bytes.toString();
  const lineEnd = text.indexOf('\n');
  const [, name = '', mapBytes = '0'] = text.slice(0, lineEnd).split(' ');
  return { name, text: text.slice(lineEnd + 1), fd: fds[0] ?? -1, mapBytes: Number(mapBytes) };
}

/** CPU number of a per-CPU item's name, or null: `event.3` with prefix `event` is 3. */
export function cpuOfItem(name: string, prefix: 'log' | 'event' | 'sideband'): number | null {
  if (!name.startsWith(`${prefix}.`)) return null;
  return Number(name.slice(prefix.length + 1));
}

/** Number of a shard of the arena, or null where the item is something else. */
export function shardOfItem(name: string): number | null {
  return name.startsWith('shard.') ? Number(name.slice('shard.'.length)) : null;
}
