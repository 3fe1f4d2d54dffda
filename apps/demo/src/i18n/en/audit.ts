import type { ProblemCode, Problems } from '../../audit/problem';
import type { AuditSummary, Opened } from '../../audit/protocol';
import type { Scaling } from '../../audit/scaling';

const number = (n: number): string => new Intl.NumberFormat('en').format(n);
const megabytes = (bytes: number): string =>
  `${new Intl.NumberFormat('en', { maximumSignificantDigits: 3 }).format(bytes / 1_048_576)} MB`;
const percent = (share: number): string =>
  new Intl.NumberFormat('en', { style: 'percent', maximumSignificantDigits: 3 }).format(share).replace('%', ' %');
/** Rounded up: rounded down a bound would claim more than is known. */
const upTo = (share: number): string =>
  new Intl.NumberFormat('en', { style: 'percent', maximumSignificantDigits: 3, roundingMode: 'ceil' })
    .format(share)
    .replace('%', ' %');

const problems: { [Code in ProblemCode]: (values: Problems[Code]) => string } = {
  tooManyFiles: ({ limit }) => `These are more than ${number(limit)} files. Drop the model's folder and fewer images.`,
  noModel: ({ names }) =>
    `There is no model.json here${names ? ` (only ${names})` : ''}. Drop it together with its weight files.`,
  severalModels: ({ names }) => `There are several models: ${names}. Drop one at a time.`,
  kerasFile: ({ name }) =>
    `${name} is not in the format of TensorFlow.js. Convert it first: tensorflowjs_converter makes a model.json and its weights.`,
  jsonTooLarge: ({ name, bytes, limit }) =>
    `${name} has ${megabytes(bytes)}; a description of a model has ${megabytes(limit)} at most here.`,
  jsonTooDeep: ({ name, limit }) => `${name} nests brackets more than ${limit} deep: that is no model's description.`,
  notJson: ({ name }) => `${name} holds no JSON. It may be cut off: get it again.`,
  notAModel: ({ name }) => `${name} describes no TensorFlow.js model: it needs modelTopology and weightsManifest.`,
  badManifest: ({ detail }) => `The list of weights in the model's description is broken at ${detail}.`,
  pathOutside: ({ path }) => `The model wants a weight file outside its own folder (${path}). It is not opened.`,
  missingWeights: ({ names }) => `Weight files are missing: ${names}. Drop them together with model.json.`,
  weightsSize: ({ expected, received }) =>
    `The weight files have ${number(received)} bytes, and the model's description wants ${number(expected)}. They belong to another model, or are cut off.`,
  weightsTooLarge: ({ bytes, limit }) =>
    `The weights have ${megabytes(bytes)}; ${megabytes(limit)} is the most that fits here.`,
  weightsBeyondFile: ({ layer }) =>
    `Layer ${layer} wants more weights than the weight files hold. The description does not fit its weights.`,
  doesNotLoad: ({ detail }) => `The model does not load. TensorFlow.js says: ${detail}`,
  severalInputs: ({ count }) => `The model has ${count} inputs; this page audits models with one, of images.`,
  inputShape: ({ shape }) =>
    `The model's input is ${shape}; this page audits models of images with 1, 3 or 4 channels.`,
  inputTooLarge: ({ values, limit }) =>
    `One input of this model has ${number(values)} numbers; ${number(limit)} is the most here.`,
  samplesTooLarge: ({ values, limit }) =>
    `One image makes ${number(values)} numbers in this model's layers; ${number(limit)} is the most here. Audit it with the command line: npx relumine audit.`,
  outOfMemory: ({ limit }) =>
    `The model needs more than ${megabytes(limit)} while it runs. Audit it with the command line: npx relumine audit.`,
  noImages: () => 'There are no images here. Drop PNG, JPEG, WebP, GIF or BMP files, or an IDX file such as MNIST has.',
  imageUnreadable: ({ name }) => `${name} is no image that this browser can read. Leave it out, or save it again.`,
  imageTooLarge: ({ name, width, height, limit }) =>
    `${name} has ${number(width)} × ${number(height)} pixels; ${number(limit)} pixels is the most here. Make it smaller.`,
  imageFileTooLarge: ({ name, bytes, limit }) =>
    `${name} has ${megabytes(bytes)}; an image has ${megabytes(limit)} at most here.`,
  idxUnreadable: ({ name, detail }) => `${name} is no IDX file of images that can be read: ${detail}`,
  idxShape: ({ name, expected, received }) => `${name} holds images of ${received}, and the model takes ${expected}.`,
  auditFails: ({ detail }) => `The audit failed: ${detail}`,
  silent: ({ seconds }) =>
    `There was no sign of life for ${seconds} seconds, so the audit was stopped. The model is too large for this page, or made to hang it.`,
  crashed: ({ detail }) =>
    `The audit's worker crashed${detail ? ` (${detail})` : ''}. The page is unharmed: try again, with fewer images or a smaller model.`,
};

/** The page that audits the visitor's own model. */
export const audit = {
  lead: 'Drop a TensorFlow.js model and images of the kind it was made for. The audit runs in this page: it says which channels never fire, how sure that is, and what to do. Nothing is uploaded.',
  dropTitle: 'Drop model.json, its weights and images here',
  dropHint: 'LayersModel or GraphModel, files or a whole folder; images as PNG, JPEG, WebP, or as an IDX file',
  chooseFiles: 'Choose files',
  chooseFolder: 'Choose a folder',
  example: 'Try an example',
  model: 'Model',
  images: 'Images',
  files: (paths: string[]): string => {
    const shown = paths.slice(0, 3).join(', ');
    return paths.length > 3 ? `${shown} and ${number(paths.length - 3)} more` : shown;
  },
  opened: ({ kind, layers, weights, input, images }: Opened): string =>
    `${kind === 'layers' ? 'LayersModel' : 'GraphModel'} with ${number(layers)} ${kind === 'layers' ? 'layers' : 'nodes'} and ${number(weights)} weights, input ${input.join(' × ')}, ${number(images)} images`,
  scaling: 'Pixels become',
  scalings: { unit: '0 to 1', signed: '−1 to 1', bytes: '0 to 255' } as Record<Scaling, string>,
  limit: 'Images at most',
  number: (n: number): string => number(n),
  certify: 'Also prove what holds for every image (slower)',
  run: 'Audit',
  stop: 'Stop',
  clear: 'Clear',
  needModel: 'Now the model: model.json and its weight files.',
  needImages: 'Now the images: those that the model was made for, the more the surer.',
  opening: 'Opening the model …',
  progress: (done: number, total: number): string => `${number(done)} of ${number(total)} images`,
  progressName: 'Images audited',
  proving: 'The report stands. Proving what holds for every image …',
  result: 'Result',
  verdict: ({ deadChannels, channels, samples }: AuditSummary): string =>
    deadChannels === 0
      ? `No channel is dead: each of ${number(channels)} fired on one of ${number(samples)} images at least.`
      : `${number(deadChannels)} of ${number(channels)} channels fired on none of ${number(samples)} images (${percent(deadChannels / channels)}).`,
  nonFinite: (names: string): string => `NaN or infinity in ${names}: look there first.`,
  proved: ({ dead, alwaysActive, canFire, unknown }: NonNullable<AuditSummary['proved']>): string =>
    `Proved for every possible image: ${number(dead)} channels are dead, ${number(alwaysActive)} always fire, ${number(canFire)} can fire; ${number(unknown)} remain open.`,
  uncertified: (reason: string): string =>
    `Nothing could be proved: ${reason === 'silent' ? 'it took too long.' : reason}`,
  layer: ({ activation, channels, dead, nearlyDead, bound }: AuditSummary['layers'][number]): string =>
    `${activation}: ${number(dead)} of ${number(channels)} dead${dead > 0 ? ` (each fires on ${upTo(bound)} of all images at most, at 95 %)` : ''}${nearlyDead > 0 ? `, ${number(nearlyDead)} nearly` : ''}`,
  saveJson: 'Save as JSON',
  saveHtml: 'Save as HTML',
  saveCertificate: 'Save the certificate',
  report: 'The report',
  reportLanguage: '',
  problems: problems as typeof problems,
};

export type AuditMessages = typeof audit;
