// The BPF object is one source for every architecture that it names.
import { statSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { Programs } from '../support/programs.ts';

const programs = new Programs();
afterAll(() => programs.remove());

it.each(['x86', 'arm64'] as const)('compiles for %s without a warning', (architecture) => {
  const object = programs.compileBpfFor(architecture, `${architecture}.bpf.o`);
  expect(statSync(object).size).toBeGreaterThan(10_000);
});
