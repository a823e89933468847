import { expect, it } from 'vitest';
import { pythonName } from '../../../src/symbolizer/jit/python-name.ts';

it.each([
  ['py::fib:/app/fib.py', 'fib', '/app/fib.py'],
  ['py::Reader.read.<locals>.<lambda>:/app/a:b.py', 'Reader.read.<locals>.<lambda>', '/app/a:b.py'],
  ['py::<module>:<frozen importlib._bootstrap>', '<module>', '<frozen importlib._bootstrap>'],
])('%s', (text, name, file) => {
  expect(pythonName(text)).toEqual({ name, file, line: 0, column: 0 });
});

it.each(['py::', 'py::fib', 'py:fib:/app/fib.py', 'copy::fib:/x'])('%s is none of Python', (text) => {
  expect(pythonName(text)).toBeNull();
});
