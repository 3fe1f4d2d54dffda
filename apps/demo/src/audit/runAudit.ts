import type { CertificateReport, DeadNeuronReport } from '@relumine/core';
import { auditModel as auditGraph } from '@relumine/dead-neuron-metrics/graph';
import { auditModel as auditLayers, certify } from '@relumine/dead-neuron-metrics/layers';
import { writeReport } from '@relumine/dead-neuron-metrics/schema';
import { reportToHtml } from '@relumine/report';
import { type Tensor, tensor } from '@tensorflow/tfjs-core';
import type { ImageSource } from './images';
import { type ImageInput, imageInput } from './inputShape';
import { batchSizeFor, inputShapeOf, type LoadedModel, loadModel, valuesPerSample } from './loadModel';
import type { FoundModel } from './modelFiles';
import { AuditProblem, problemOf, shown } from './problem';
import type { AuditAnswer, AuditRequest } from './protocol';
import { scalings, scalingTable } from './scaling';
import { summarize } from './summary';

type Tell = (answer: AuditAnswer) => void;

/**
 * Loads a model that `findModel` has checked, audits it with images, and tells each stage. The wasm backend
 * must be running.
 *
 * @throws AuditProblem that says what is wrong with the files
 */
export async function runAudit(
  request: AuditRequest,
  found: FoundModel,
  images: ImageSource,
  tell: Tell,
): Promise<void> {
  const loaded = await loadModel(found);
  const input = imageInput(inputShapeOf(loaded), images);
  const batchSize = batchSizeFor(valuesPerSample(loaded, Math.max(input.height, input.width)));
  tell({
    type: 'opened',
    name: found.name,
    kind: found.json.kind,
    layers: loaded.kind === 'layers' ? loaded.model.layers.length : nodesOf(found.json.topology),
    weights: found.json.weightValues,
    input: input.sample,
    images: images.count,
  });
  const report = await audit(loaded, batchesOf(images, input, batchSize, request, tell));
  const title = found.name;
  const told = { json: writeReport(report, 1), summary: summarize(report) };
  tell({ type: 'audited', ...told, html: reportToHtml(report, { title }) });
  if (request.certify && loaded.kind === 'layers') {
    tell({ type: 'proving' });
    const proof = await prove(loaded, request);
    if (typeof proof === 'string')
      tell({ type: 'certified', ...told, html: reportToHtml(report, { title }), uncertified: proof });
    else
      tell({
        type: 'certified',
        json: told.json,
        summary: summarize(report, proof),
        html: reportToHtml(report, { title, certificate: proof }),
        certificate: JSON.stringify(proof, undefined, 1),
      });
  }
  tell({ type: 'finished' });
}

const nodesOf = (topology: { node?: unknown[] }): number => topology.node?.length ?? 0;

async function audit(loaded: LoadedModel, batches: AsyncIterable<Tensor>): Promise<DeadNeuronReport> {
  try {
    return await (loaded.kind === 'graph' ? auditGraph(loaded.model, batches) : auditLayers(loaded.model, batches));
  } catch (cause) {
    throw new AuditProblem(problemOf(cause, 'auditFails'), cause);
  }
}

/** Images as tensors, a batch at a time, so that memory stays the same however many there are. */
async function* batchesOf(
  images: ImageSource,
  input: ImageInput,
  batchSize: number,
  { scaling }: AuditRequest,
  tell: Tell,
): AsyncGenerator<Tensor> {
  const table = scalingTable(scaling);
  const total = images.count;
  for (let from = 0; from < total; from += batchSize) {
    tell({ type: 'progress', done: from, total });
    const to = Math.min(total, from + batchSize);
    yield tensor(await images.read(from, to, input, table), [to - from, ...input.sample]);
  }
  tell({ type: 'progress', done: total, total });
}

/** A visitor waits: a shorter search for inputs than `certify` makes by itself. What it leaves open stays `unknown`. */
const search = { samples: 64, ascentSteps: 8, restarts: 1 };

/** The certificate for every image that the scaling allows, or why there is none. */
async function prove(
  { model }: Extract<LoadedModel, { kind: 'layers' }>,
  { scaling }: AuditRequest,
): Promise<CertificateReport | string> {
  const { min, max } = scalings[scaling];
  try {
    return await certify(model, { min, max, ...search });
  } catch (cause) {
    return shown(cause instanceof Error ? cause.message : cause);
  }
}
