// Walking a flame graph by keys: from a frame to its caller, its heaviest callee, its neighbours. No DOM here.

interface Walkable {
  key: string;
  value: number;
  children: readonly this[];
}

/** Frames from the root to that key; empty where there is none. */
export function pathTo<F extends Walkable>(root: F, key: string): F[] {
  if (root.key === key) return [root];
  for (const child of root.children) {
    const below = pathTo(child, key);
    if (below.length > 0) return [root, ...below];
  }
  return [];
}

export type Direction = 'caller' | 'callee' | 'previous' | 'next';

/** The direction of an arrow key; callees are below in an icicle and above in a flame. */
export function directionOf(arrow: string, inverted: boolean): Direction | undefined {
  if (arrow === 'ArrowLeft') return 'previous';
  if (arrow === 'ArrowRight') return 'next';
  if (arrow === 'ArrowDown') return inverted ? 'callee' : 'caller';
  if (arrow === 'ArrowUp') return inverted ? 'caller' : 'callee';
  return undefined;
}

/** The frame one step away; the same one where there is none. Siblings are in the order they are drawn in. */
export function stepFrom<F extends Walkable>(
  path: readonly F[],
  direction: Direction,
  drawn: (frame: F) => boolean,
): F {
  const here = path.at(-1)!;
  const parent = path.at(-2);
  if (direction === 'caller') return parent ?? here;
  if (direction === 'callee') {
    const callees = here.children.filter(drawn);
    return (
      callees.reduce<F | undefined>(
        (best, each) => (best && best.value >= each.value ? best : each),
        undefined,
      ) ?? here
    );
  }
  const siblings = parent?.children.filter(drawn) ?? [here];
  const at = siblings.indexOf(here) + (direction === 'next' ? 1 : -1);
  return siblings[at] ?? here;
}
