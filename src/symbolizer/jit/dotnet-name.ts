// .NET's names of methods (`PerfMap::LogJITCompiledMethod` in src/coreclr/vm/perfmap.cpp; DOTNET_PerfMapEnabled).
import type { SourceFrame } from '../source-frame.ts';

/** `instance void [System.Private.CoreLib] System.Threading.Thread::Start(bool)[OptimizedTier1]`: up to the assembly. */
const ASSEMBLY = /^[^ ].*? \[[^\]]{1,200}\] (?=[^ ])/s;
/** `PrepareCodeConfig::GetJitOptimizationTierStr`, and what precompiled code has. */
const TIER = /\[([A-Za-z][\w-]*)\]$/;

export function dotnetName(text: string): SourceFrame | null {
  const assembly = ASSEMBLY.exec(text);
  const method = assembly ? text.slice(assembly[0].length) : '';
  if (!method.includes('::')) return null;
  const tier = TIER.exec(method);
  const name = tier ? method.slice(0, tier.index) : method;
  const frame = { name, file: '', line: 0, column: 0 };
  return tier === null || tier[1] === 'Unknown' ? frame : { ...frame, tier: tier[1]! };
}
