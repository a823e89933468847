// Paths in SQL text: COPY and read_parquet take no parameters for them. Nothing that a user asks comes this way.

/** As a literal of SQL. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** As a pattern of file names that matches exactly this path: where DuckDB reads files, `*`, `?` and `[` are special. */
export function globText(path: string): string {
  return path.replace(/[[*?]/g, '[$&]');
}
