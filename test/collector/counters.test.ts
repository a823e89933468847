// A CPU's counters, read while ticks come.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { native } from '../../src/collector/native.ts';
import { CPU_COUNTERS } from '../../src/collector/wire.gen.ts';
import { FixtureFolder } from '../support/symbolizer-fixtures.ts';

const folder = new FixtureFolder();
afterAll(() => folder.remove());

/** Ticks as bpf/pilotlight.bpf.c counts them, as fast as they can come, in a file that it maps. Says when it has begun. */
const TICKS = `
  #include <fcntl.h>
  #include <stdint.h>
  #include <stdio.h>
  #include <sys/mman.h>
  int main(int argc, char **argv)
  {
    volatile char *cpu = mmap(0, ${CPU_COUNTERS.bytes}, PROT_READ | PROT_WRITE, MAP_SHARED, open(argv[1], O_RDWR), 0);
    uint64_t *entries = (uint64_t *)(cpu + ${CPU_COUNTERS.entries}), *exits = (uint64_t *)(cpu + ${CPU_COUNTERS.exits});
    volatile uint64_t *idle = (uint64_t *)(cpu + ${CPU_COUNTERS.idle});
    volatile uint64_t *idle_ns = (uint64_t *)(cpu + ${CPU_COUNTERS.idle_ns});
    puts("begun");
    fflush(stdout);
    for (;;) {
      __sync_fetch_and_add(entries, 1);
      for (volatile int i = 0; i < 20; i++) ;
      (*idle)++;
      (*idle_ns)++;
      __sync_fetch_and_add(exits, 1);
      for (volatile int i = 0; i < 200; i++) ;
    }
  }`;

it('are read between two ticks: each of them is accounted for', async () => {
  const source = folder.write('ticks.c', TICKS);
  const program = join(folder.path, 'ticks');
  execFileSync('gcc', ['-O1', '-o', program, source]);
  const file = join(folder.path, 'counters');
  writeFileSync(file, new Uint8Array(CPU_COUNTERS.bytes));
  const ticks = spawn(program, [file], { stdio: ['ignore', 'pipe', 'ignore'] });
  const fd = openSync(file, 'r+');
  try {
    await once(ticks.stdout, 'data');
    const counters = new (native().Counters)(fd, 1);
    let open = 0;
    let last = 0n;
    for (let i = 0; i < 1_000_000; i++) {
      const bytes = counters.read(0);
      const entries = bytes.readBigUInt64LE(CPU_COUNTERS.entries);
      const idle = bytes.readBigUInt64LE(CPU_COUNTERS.idle);
      if (entries !== idle || idle !== bytes.readBigUInt64LE(CPU_COUNTERS.idle_ns)) open++;
      last = entries;
    }
    expect(last).toBeGreaterThan(1000n);
    expect(open).toBe(0);
  } finally {
    closeSync(fd);
    ticks.kill('SIGKILL');
  }
}, 120_000);
