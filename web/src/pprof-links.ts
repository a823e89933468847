// Taking the window shown home: its address for a download, and the command for Go's pprof.

export interface ShownWindow {
  fromMs: number;
  untilMs: number;
  query: string;
}

/** With absolute times, so that the file holds exactly what the page shows. */
export function profilePath({ fromMs, untilMs, query }: ShownWindow): string {
  const params = new URLSearchParams({ from: String(fromMs), until: String(untilMs) });
  if (query !== '') params.set('query', query);
  return `/api/v1/profile?${params.toString()}`;
}

/** Quoted for a POSIX shell; URLSearchParams escapes the only character that would end the quote. */
export function pprofCommand(origin: string, shown: ShownWindow): string {
  return `go tool pprof '${origin}${profilePath(shown).replaceAll("'", '%27')}'`;
}
