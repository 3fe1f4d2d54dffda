import type { WasmBackend } from './heap';

/** Memory that is still to be read, though its tensors may be gone: such blocks are freed by the last who held them. */
export class Holds {
  /** How often an address is held, and whether its tensor is gone meanwhile. */
  private readonly held = new Map<number, { count: number; orphaned: boolean }>();

  hold(addresses: readonly number[]): void {
    for (const address of addresses) {
      const known = this.held.get(address);
      if (known) known.count++;
      else this.held.set(address, { count: 1, orphaned: false });
    }
  }

  /** Takes over a block whose tensor ends; false where nobody holds it. */
  adopt(address: number): boolean {
    const known = this.held.get(address);
    if (known) known.orphaned = true;
    return known !== undefined;
  }

  release(backend: WasmBackend, addresses: readonly number[]): void {
    for (const address of addresses) {
      const known = this.held.get(address)!;
      if (--known.count > 0) continue;
      this.held.delete(address);
      if (known.orphaned) backend.wasm._free(address);
    }
  }
}
