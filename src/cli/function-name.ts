// A function and its object as the end of a table's line.
import { functionLabel } from '../model/function-label.ts';
import { cutTo, fitTo, printable } from './terminal-text.ts';

/** Of a line that has to fit, the share that goes to the function's name; the rest is its object's. */
const NAME_SHARE = 0.65;
const GAP = '  ';

/** Both made printable; cut to `room` columns where there is such a limit: names at their end, paths at their start. */
export function nameAndObject(row: { name: string; object: string }, room: number | undefined): string {
  const [name, object] = [printable(functionLabel(row)), printable(row.object)];
  if (room === undefined) return `${name}${GAP}${object}`;
  const nameWidth = Math.floor(Math.max(0, room) * NAME_SHARE);
  const objectWidth = Math.max(0, room - nameWidth - GAP.length);
  return `${fitTo(nameWidth, name)}${GAP}${cutTo(objectWidth, object, 'end')}`;
}
