// Kinds of the objects that an answer names by path.
import type { StackTable } from '../model/stack-table.ts';

/** Kinds in the order of the paths; '' where no object has the path (roots and groups). */
export function objectKinds(paths: readonly string[], table: StackTable): string[] {
  const kinds = new Map<string, string>(table.objects.map((object) => [object.path, object.kind]));
  return paths.map((path) => kinds.get(path) ?? '');
}
