// The programs of src/: what is started as a process or a thread by its file.

/** Paths under src/ and dist/, without their endings. The last three are for benches and tests, which want them compiled. */
export const ENTRIES = [
  'main',
  'sql/statement-process',
  'symbolizer/worker',
  'unwind/worker',
  'sql/sql-runner',
  'symbolizer/file-symbolizer',
  'unwind/table-compiler',
];
