// The command line, whose commands do nothing.
import type { Command } from 'commander';
import { pilotlightProgram } from '../../src/cli/program.ts';

export function testProgram(): Command {
  return pilotlightProgram({
    serve: () => Promise.resolve(),
    record: () => Promise.resolve(0),
    importFile: () => Promise.resolve(),
    openLocalApp: () => Promise.reject(new Error('no data directory is opened here')),
  });
}
