// Trees as text, for tests: one line per node, indented by depth.

interface TreeColumns {
  names: readonly string[];
  parent: ArrayLike<number>;
  name: ArrayLike<number>;
}

/** `figures` is written behind each node's name. */
export function drawnTree(tree: TreeColumns, figures: (node: number) => string): string[] {
  const depths: number[] = [];
  return Array.from(tree.parent, (parent, node) => {
    depths[node] = parent < 0 ? 0 : depths[parent]! + 1;
    return `${'  '.repeat(depths[node])}${tree.names[tree.name[node]!]!} ${figures(node)}`;
  });
}

/** Path of each node, names with their objects: a key that is the same in every tree. */
export function nodePaths(
  tree: TreeColumns & { objects: readonly string[]; object: ArrayLike<number> },
): string[] {
  const paths: string[] = [];
  Array.from(tree.parent).forEach((parent, node) => {
    const name = `${tree.names[tree.name[node]!]!}@${tree.objects[tree.object[node]!]!}`;
    paths[node] = parent < 0 ? '' : `${paths[parent]!};${name}`;
  });
  return paths;
}
