// `pilotlight pin`: keeps a window from retention, with a note.
import { Command, Option } from 'commander';
import { askJson, send } from '../answers.ts';
import { addConnectionOptions, withClient } from '../connection.ts';
import { usageFailure } from '../failure.ts';
import { GROUPS, valueOption } from '../option.ts';
import { parseTimeText } from '../option-values.ts';
import type { OpenLocalApp, ProfileClient } from '../profile-client.ts';
import { print } from '../standard-output.ts';
import { printable, terminalJson } from '../terminal-text.ts';

interface PinFlags {
  from?: string;
  until?: string;
  note?: string;
  list: boolean;
  json: boolean;
  remove?: string;
}

/** As the API tells it. */
interface Pin {
  id: string;
  fromMs: number;
  untilMs: number;
  note: string;
  createdMs: number;
}

const EXAMPLES = `
Examples:
  pilotlight pin --from 2026-01-31T14:00:00Z --until 2026-01-31T14:30:00Z --note 'the outage'
  pilotlight pin --list
  pilotlight pin --remove 5f3a90c1

A pinned window is neither deleted, at whatever age or size, nor rolled up.`;

const ROUTE = '/api/v1/pins';

export function pinCommand(openLocalApp: OpenLocalApp): Command {
  const command = new Command('pin')
    .description('keep a window from retention, with a note')
    .addOption(
      valueOption('--from <time>', 'start: RFC 3339, epoch ms or relative', parseTimeText).helpGroup(
        GROUPS.what,
      ),
    )
    .addOption(valueOption('--until <time>', 'end, like --from', parseTimeText).helpGroup(GROUPS.what))
    .addOption(valueOption('--note <text>', 'why it is kept').helpGroup(GROUPS.what))
    .addOption(new Option('--list', 'tell what is pinned').default(false).helpGroup(GROUPS.output))
    .addOption(valueOption('--remove <id>', 'give a window back to retention').helpGroup(GROUPS.what))
    .addOption(new Option('--json', 'for programs').default(false).helpGroup(GROUPS.output))
    .addHelpText('after', EXAMPLES);
  addConnectionOptions(command);
  return command.action((flags: PinFlags) => {
    requireOneTask(flags);
    const access = flags.list ? 'read' : 'write';
    return withClient(
      command,
      (dataDir) => openLocalApp(dataDir, access),
      (client) => runPin(client, flags),
    );
  });
}

/** Of a list, a removal and a new pin one. */
function requireOneTask({ list, remove, from, until, note }: PinFlags): void {
  const adds = from !== undefined || until !== undefined || note !== undefined;
  if ([list, remove !== undefined, adds].filter(Boolean).length > 1) {
    throw usageFailure('--list, --remove and a window to pin exclude each other');
  }
  if (!list && remove === undefined && (from === undefined || until === undefined)) {
    throw usageFailure('a window has --from and --until; give both', 'or --list, or --remove ID');
  }
}

async function runPin(client: ProfileClient, flags: PinFlags): Promise<void> {
  const { from, until, note, list, json, remove } = flags;
  if (list) {
    const { pins } = await askJson<{ pins: Pin[] }>(client, ROUTE, {}, ['pins']);
    await print(json ? `${terminalJson({ pins }, 2)}\n` : pins.map(pinLine).join(''));
  } else if (remove !== undefined) {
    await send(client, 'DELETE', `${ROUTE}/${encodeURIComponent(remove)}`);
    await print(
      json ? `${terminalJson({ removed: remove })}\n` : `${printable(remove)} is no longer pinned\n`,
    );
  } else {
    const asked = { from, until, ...(note === undefined ? {} : { note }) };
    const pin = (await (await send(client, 'POST', ROUTE, asked)).json()) as Pin;
    await print(json ? `${terminalJson(pin, 2)}\n` : pinLine(pin));
  }
}

/** `5f3a90c1  2026-01-31T14:00:00.000Z  2026-01-31T14:30:00.000Z  the outage`. */
function pinLine({ id, fromMs, untilMs, note }: Pin): string {
  return `${[id, timeText(fromMs), timeText(untilMs), printable(note)].join('  ').trimEnd()}\n`;
}

function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
