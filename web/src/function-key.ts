// What tells a function from all others: its name and the object it is in.

/** `object!name`, as debuggers write it; the same for a frame of the graph and a row of the table. */
export function functionKey({ name, object }: { name: string; object: string }): string {
  return `${object}!${name}`;
}
