// What the menus of a frame have in common.

/** Items that set a stack filter, in their order. */
export const STACK_ITEMS = [
  'Only stacks with this function',
  'No stacks with this function',
  'Hide this function',
  'Show from this function on',
] as const;
