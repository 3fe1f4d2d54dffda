/**
 * Which variables weight decay acts on unless told otherwise: all but the slopes of PReLU layers, named `<layer>/alpha` by
 * tfjs's and by Relumine's layers. A slope that decays towards 0 becomes a ReLU, which can die (He et al. 2015, 3).
 */
export const decaysByDefault = (name: string): boolean => !/(^|\/)alpha(_\d+)?$/.test(name);

export interface DecayOptions {
  /** Which variables weight decay acts on, by name; all but PReLU's slopes unless given. */
  decays?: (name: string) => boolean;
}
