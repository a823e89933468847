// Which debuginfod servers a command may ask: the option, or the variable that gdb and perf read too.
import type { Option } from 'commander';
import { parseServers } from '../symbolizer/debug-files/debuginfod-servers.ts';
import { usageFailure } from './failure.ts';
import { GROUPS, valueOption } from './option.ts';

export function debuginfodOption(): Option {
  return valueOption(
    '--debuginfod <urls>',
    'servers that are asked for debug files this host lacks (default: $DEBUGINFOD_URLS)',
  ).helpGroup(GROUPS.source);
}

/** In the order in which they are asked; none where nobody named one. */
export function debuginfodServers(urls: string | undefined): URL[] {
  const { servers, refused } = parseServers(urls ?? process.env['DEBUGINFOD_URLS'] ?? '');
  if (refused.length > 0) throw usageFailure(`not the address of a debuginfod server: ${refused[0]!}`);
  return servers;
}
