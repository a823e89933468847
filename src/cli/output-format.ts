// Forms in which a profile can be written, and how a file's name tells which one is meant.

export const PROFILE_FORMATS = ['pprof', 'folded', 'speedscope', 'html'] as const;
export type ProfileFormat = (typeof PROFILE_FORMATS)[number];

/** The ending of a bundle that is kept as it came. */
export const BUNDLE_ENDING = '.tar';

interface FormatFacts {
  /** Endings of file names, longest first. */
  endings: readonly string[];
  binary: boolean;
  /** How a file of this form is looked at. */
  look: (file: string) => string;
}

export const FORMAT_FACTS: Readonly<Record<ProfileFormat, FormatFacts>> = {
  pprof: {
    endings: ['.pb.gz', '.pprof', '.pb'],
    binary: true,
    look: (file) => `go tool pprof -http=: ${file}`,
  },
  folded: {
    endings: ['.folded.txt', '.folded', '.collapsed', '.txt'],
    binary: false,
    look: (file) => `flamegraph.pl ${file} > flamegraph.svg`,
  },
  speedscope: {
    endings: ['.speedscope.json', '.json'],
    binary: false,
    look: (file) => `drop ${file} onto https://www.speedscope.app`,
  },
  html: { endings: ['.html', '.htm'], binary: false, look: (file) => `open ${file} in a browser` },
};

/** The form that a file's name asks for; pprof, which is every tool's, where the name says nothing. */
export function formatOf(output: string | undefined): ProfileFormat {
  const name = output?.toLowerCase() ?? '';
  return (
    PROFILE_FORMATS.find((format) => FORMAT_FACTS[format].endings.some((ending) => name.endsWith(ending))) ??
    'pprof'
  );
}

/** A word that a shell reads as it stands. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
