/** What became of a channel at one step. */
export type ChannelEventKind = 'born-dead' | 'died' | 'revived';

/** A channel whose state changed. */
export interface ChannelChange {
  readonly kind: ChannelEventKind;
  readonly channel: number;
  /** The step at which the state began: for a death, the first step without a firing. */
  readonly step: number;
}

interface ChannelState {
  dead: boolean;
  /** The first step of the current run of observations that contradict `dead`. */
  since: number | undefined;
  run: number;
}

/**
 * Follows the channels of one layer. A channel that fires on no sample of the first observation is born dead; later it has
 * died once `patience` observations in a row saw no firing, and has revived at the first firing. One batch without a
 * firing proves little; the patience is what keeps rare channels from being called dead.
 */
export class LayerTimeline {
  private readonly states: ChannelState[];
  private readonly patience: number;
  private observations = 0;

  constructor(channels: number, patience: number) {
    this.states = Array.from({ length: channels }, () => ({ dead: false, since: undefined, run: 0 }));
    this.patience = patience;
  }

  /** Takes the dead channels of one observation and returns what changed. */
  observe(step: number, dead: ReadonlySet<number>): ChannelChange[] {
    const first = this.observations++ === 0;
    return this.states.flatMap((state, channel): ChannelChange[] => {
      const now = dead.has(channel);
      if (first) {
        state.dead = now;
        return now ? [{ kind: 'born-dead', channel, step }] : [];
      }
      if (state.dead) {
        if (now) return [];
        Object.assign(state, { dead: false, since: undefined, run: 0 });
        return [{ kind: 'revived', channel, step }];
      }
      if (!now) {
        Object.assign(state, { since: undefined, run: 0 });
        return [];
      }
      state.since ??= step;
      state.run++;
      if (state.run < this.patience) return [];
      const since = state.since;
      Object.assign(state, { dead: true, since: undefined, run: 0 });
      return [{ kind: 'died', channel, step: since }];
    });
  }

  /** Channels that are dead now. */
  dead(): number[] {
    return this.states.flatMap(({ dead }, channel) => (dead ? [channel] : []));
  }
}
