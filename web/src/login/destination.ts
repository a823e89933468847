// Where the form goes on to: the page, in whatever state it was to be opened.

/** Only `/` with a query: an address that somebody else has written must lead to no other server and no other file. */
export function destination(to: string | null): string | undefined {
  return to !== null && /^\/(?:\?[^\\]*)?$/.test(to) ? to : undefined;
}
