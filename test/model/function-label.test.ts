import { describe, expect, it } from 'vitest';
import { functionLabel } from '../../src/model/function-label.ts';

describe('functionLabel', () => {
  it.each([
    ['std::vector<int>::push_back(int const&)', '/usr/bin/app', 'std::vector<…>::push_back'],
    ['do_syscall_64', '[kernel.kallsyms]', 'do_syscall_64'],
    ['[libfoo.so]', '/usr/lib/libfoo.so', '[libfoo.so]'],
    ['[no unwind info: libfoo.so]', '[no unwind info: libfoo.so]', '[no unwind info: libfoo.so]'],
    ['RegExp:(a|b)<c>', '[jit 4711]', 'RegExp:(a|b)<c>'],
    ['all (of them)', '', 'all (of them)'],
  ])('shows %s of %s as %s', (name, object, label) => {
    expect(functionLabel({ name, object })).toBe(label);
  });
});
