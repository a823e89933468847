// Which nodes of a path tree are shown, and in which order.

/** How heavy nodes are, by node; in both columns no node may weigh less than one of its children. */
export interface NodeWeights {
  weight: Float64Array;
  /** Decides between equal weights. */
  then: Float64Array;
}

/**
 * The `maxNodes` heaviest nodes, depth first, a node's children by falling weight. A parent weighs no less than its
 * child and has the lower number, so that what is kept always hangs together.
 */
export function shownNodes(parents: Int32Array, weights: NodeWeights, maxNodes = Infinity): Uint32Array {
  const kept = heaviestNodes(weights, Math.max(1, Math.floor(maxNodes)));
  // Pushing the lightest first leaves the heaviest child at the head of each list.
  const size = weights.weight.length;
  const firstChild = new Int32Array(size).fill(-1);
  const nextSibling = new Int32Array(size).fill(-1);
  for (const node of kept.reverse()) {
    if (node === 0) continue;
    nextSibling[node] = firstChild[parents[node]!]!;
    firstChild[parents[node]!] = node;
  }
  const order = new Uint32Array(kept.length);
  const pending = [0];
  for (let shown = 0; shown < order.length; shown++) {
    const node = pending.pop()!;
    order[shown] = node;
    if (nextSibling[node]! >= 0) pending.push(nextSibling[node]!);
    if (firstChild[node]! >= 0) pending.push(firstChild[node]!);
  }
  return order;
}

/** Heaviest first. Only what may be kept is sorted with a comparison: most nodes of a large tree weigh one sample. */
function heaviestNodes({ weight, then }: NodeWeights, maxNodes: number): Uint32Array {
  const cut = weight.length > maxNodes;
  const lightest = cut ? weight.slice().sort()[weight.length - maxNodes]! : -Infinity;
  const candidates: number[] = [];
  weight.forEach((each, node) => {
    if (each >= lightest) candidates.push(node);
  });
  return Uint32Array.from(candidates)
    .sort((a, b) => weight[b]! - weight[a]! || then[b]! - then[a]! || a - b)
    .subarray(0, maxNodes);
}
