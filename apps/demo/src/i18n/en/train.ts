/** The training page. */
export const train = {
  lead: 'A small CNN learns handwritten digits in this page. Choose how, press Train, and watch which of its channels stop firing. ReLU with a large learning rate kills them fast; leaky ReLU keeps them alive.',
};

export type TrainMessages = typeof train;
