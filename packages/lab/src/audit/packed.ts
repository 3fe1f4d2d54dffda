import { gunzipSync, gzipSync } from 'node:zlib';
import type { DeadNeuronReport } from '@relumine/core';
import { io } from '@tensorflow/tfjs-core';

/** A model as bytes: the length of a JSON header, the header, the weights. */
export function packModel({ modelTopology, weightSpecs, weightData }: io.ModelArtifacts): Buffer {
  const header = Buffer.from(JSON.stringify({ modelTopology, weightSpecs }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([length, header, new Uint8Array(io.CompositeArrayBuffer.join(weightData ?? []))]);
}

/** What {@link packModel} packed. */
export function unpackModel(bytes: Uint8Array): io.ModelArtifacts {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = 4 + file.readUInt32LE(0);
  const header = JSON.parse(file.subarray(4, end).toString()) as io.ModelArtifacts;
  return { ...header, weightData: Uint8Array.from(file.subarray(end)).buffer };
}

/** Reports hold a count for every unit, most of them alike: packed they are a small part of their JSON. */
export const packReports = (reports: readonly DeadNeuronReport[]): string =>
  gzipSync(JSON.stringify(reports)).toString('base64');

/** What {@link packReports} packed. */
export const unpackReports = (text: string): DeadNeuronReport[] =>
  JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString()) as DeadNeuronReport[];
