import { loadGraphModel } from '@tensorflow/tfjs-converter';
import { io } from '@tensorflow/tfjs-core';
import { loadLayersModel } from '@tensorflow/tfjs-layers';
import { mobileNetV2Graph, mobileNetV2Layers } from './files.mjs';

export async function pretrainedLayersModel() {
  return loadLayersModel(io.fromMemory(await mobileNetV2Layers()));
}

export async function pretrainedGraphModel() {
  return loadGraphModel(io.fromMemory(await mobileNetV2Graph()));
}

export { deadLeaves } from './pictures.mjs';
