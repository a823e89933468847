// What a stack's leaf frame says of it: the innermost function, where inlined calls are frames of their own.
import type { FrameField } from './selector.ts';
import type { StackTable } from './stack-table.ts';

/** `location` is the index of the stack's first; '' where nothing is known, such as the file of most frames. */
export function leafField(
  {
    locationFrames,
    locationObject,
    objects,
  }: Pick<StackTable, 'locationFrames' | 'locationObject' | 'objects'>,
  location: number,
  field: FrameField,
): string {
  const leaf = locationFrames[location]?.[0];
  switch (field) {
    case 'function':
      return leaf?.name ?? '';
    case 'file':
      return leaf?.file ?? '';
    case 'object':
      return objects[locationObject[location] ?? -1]?.path ?? '';
  }
}
