import type { ChannelMark } from '../protocol';

/** Tells dead from born dead and revived: remembers how each channel of a layer began and whether it was ever dead. */
export class ChannelMemory {
  private alive: boolean[] = [];
  private wasDead: boolean[] = [];

  /** The marks of one audit. */
  mark(channels: number, dead: readonly number[], nearly: readonly number[]): ChannelMark[] {
    const isDead = new Set(dead);
    const isNearly = new Set(nearly);
    return Array.from({ length: channels }, (_, c): ChannelMark => {
      if (isDead.has(c)) {
        this.wasDead[c] = true;
        return this.alive[c] ? 'dead' : 'bornDead';
      }
      this.alive[c] = true;
      if (this.wasDead[c]) return 'revived';
      return isNearly.has(c) ? 'nearly' : 'alive';
    });
  }

  /** Removed channels take their memory along. */
  remove(channels: ReadonlySet<number>): void {
    this.alive = this.alive.filter((_, c) => !channels.has(c));
    this.wasDead = this.wasDead.filter((_, c) => !channels.has(c));
  }
}
