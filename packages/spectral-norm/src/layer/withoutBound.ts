const jump = 'It jumps.';
const multiplies = 'It multiplies its inputs with each other: how steep it is depends on them.';
const recurrent = 'No bound is known here for recurrent layers.';
const resizes = 'Resize before the model.';

/** Layers of tfjs that have no bound here, and why. */
export const withoutBound: Readonly<Record<string, string>> = {
  Multiply: multiplies,
  Dot: multiplies,
  ThresholdedReLU: jump,
  Masking: jump,
  CategoryEncoding: jump,
  Embedding: 'Its inputs are numbers of rows: the distance between two of them says nothing.',
  Resizing: resizes,
  CenterCrop: resizes,
  RandomWidth: resizes,
  RandomHeight: resizes,
  SimpleRNN: recurrent,
  GRU: recurrent,
  LSTM: recurrent,
  RNN: recurrent,
  ConvLSTM2D: recurrent,
  Bidirectional: recurrent,
};
