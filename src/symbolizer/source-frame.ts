// SourceFrame: what every reader of names says about an address.

/** One function of an inline chain; chains are innermost first. */
export interface SourceFrame {
  /** As the file has it: the linkage name where there is one, not demangled. '' where unknown. */
  name: string;
  /** Path as the debug information has it, '' where unknown. It is shown, and never opened. */
  file: string;
  /** 1-based; 0 where unknown. */
  line: number;
  /** 1-based; 0 where unknown. */
  column: number;
  /** How code that was made at run time was compiled (`interpreted`, `optimized`, …), where that is told. */
  tier?: string;
}
