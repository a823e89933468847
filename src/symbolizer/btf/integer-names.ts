// Compilers call integer types by all their words; people write them as the kernel's own sources do.

const USUAL: Readonly<Record<string, string>> = {
  'long int': 'long',
  'long unsigned int': 'unsigned long',
  'long long int': 'long long',
  'long long unsigned int': 'unsigned long long',
  'short int': 'short',
  'short unsigned int': 'unsigned short',
  _Bool: 'bool',
};

/** `long unsigned int` (gcc) → `unsigned long`; other names as they are. */
export function usualSpelling(name: string): string {
  return Object.hasOwn(USUAL, name) ? USUAL[name]! : name;
}
