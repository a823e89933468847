// Reads pprof with protobufjs and proto/profile.proto: nothing of the encoder under test is used.
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';

const root = protobuf.loadSync(fileURLToPath(new URL('../../proto/profile.proto', import.meta.url)));
const ProfileMessage = root.lookupType('perftools.profiles.Profile');

interface RawValueType {
  type: string;
  unit: string;
}

/** As protobufjs gives it with `longs: String`: every 64-bit number is a decimal text. */
interface RawProfile {
  sampleType: RawValueType[];
  sample: { locationId: string[]; value: string[]; label: { key: string; str: string }[] }[];
  mapping: {
    id: string;
    memoryStart: string;
    memoryLimit: string;
    fileOffset: string;
    filename: string;
    buildId: string;
    hasFunctions: boolean;
    hasFilenames: boolean;
    hasLineNumbers: boolean;
    hasInlineFrames: boolean;
  }[];
  location: {
    id: string;
    mappingId: string;
    address: string;
    line: { functionId: string; line: string; column: string }[];
  }[];
  function: { id: string; name: string; systemName: string; filename: string }[];
  stringTable: string[];
  timeNanos: string;
  durationNanos: string;
  periodType: RawValueType;
  period: string;
  comment: string[];
  defaultSampleType: string;
}

export function decodePprof(gzipped: Uint8Array) {
  const message = ProfileMessage.decode(gunzipSync(gzipped));
  const raw = ProfileMessage.toObject(message, { longs: String, defaults: true }) as RawProfile;
  const text = (index: string): string => {
    const found = raw.stringTable[Number(index)];
    if (found === undefined) throw new Error(`no text ${index}`);
    return found;
  };
  const byId = <T extends { id: string }>(rows: T[]) => new Map(rows.map((row) => [row.id, row]));
  const functions = byId(raw.function);
  const locations = byId(raw.location);
  const mappings = byId(raw.mapping);
  const typeName = ({ type, unit }: RawValueType) => `${text(type)}/${text(unit)}`;
  return {
    stringTable: raw.stringTable,
    sampleTypes: raw.sampleType.map(typeName),
    defaultSampleType: text(raw.defaultSampleType),
    periodType: typeName(raw.periodType),
    period: Number(raw.period),
    timeNanos: raw.timeNanos,
    durationNanos: raw.durationNanos,
    comments: raw.comment.map(text),
    mappings: raw.mapping.map((mapping) => ({
      ...mapping,
      filename: text(mapping.filename),
      buildId: text(mapping.buildId),
    })),
    samples: raw.sample.map(({ locationId, value, label }) => ({
      values: value.map(Number),
      labels: Object.fromEntries(label.map(({ key, str }) => [text(key), text(str)])),
      /** Leaf first. */
      locations: locationId.map((id) => {
        const location = locations.get(id)!;
        const mapping = mappings.get(location.mappingId);
        return {
          address: Number(location.address),
          object: mapping === undefined ? null : text(mapping.filename),
          frames: location.line.map((line) => {
            const fn = functions.get(line.functionId)!;
            return {
              name: text(fn.name),
              systemName: text(fn.systemName),
              file: text(fn.filename),
              line: Number(line.line),
              column: Number(line.column),
            };
          }),
        };
      }),
    })),
  };
}
