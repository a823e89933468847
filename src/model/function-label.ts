// How a function is called where there is little room: on frames, in tables. Its whole name is in tooltips and exports.
import { shortName } from './short-name.ts';

/**
 * `object` is the path of the function's object. Names of what has none (the root, groups), and what run times call the
 * code that they compiled (`RegExp:(a|b)`), are no demangled names and stay as they are.
 */
export function functionLabel({ name, object }: { name: string; object: string }): string {
  return object === '' || /^\[jit\b/.test(object) ? name : shortName(name);
}
