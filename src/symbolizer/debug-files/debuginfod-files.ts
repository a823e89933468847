// Debuginfod as a source of debug files.
import type { DebugFileServers } from '../companion-opener.ts';
import { Debuginfod, type DebuginfodOptions } from './debuginfod.ts';

/** `tell` gets a line for each file that could not be had for another reason than that no server has it. */
export function debuginfodFiles(options: DebuginfodOptions, tell: (line: string) => void): DebugFileServers {
  const debuginfod = new Debuginfod(options);
  return {
    async find(buildId, kind) {
      const result = await debuginfod.find(buildId, kind);
      if (result.ok) return result.path;
      if (result.reason !== 'not-there') tell(`debuginfod: build ${buildId}: ${result.detail}`);
      return null;
    },
  };
}
