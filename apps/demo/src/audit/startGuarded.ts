import { startWasm } from '@relumine/wasm-backend';
import { wasmPaths } from '../wasmPaths';
import { limitTensors } from './guards';

/** Starts WASM for a model that nobody vouches for: within a limit of memory. */
export async function startGuarded(): Promise<void> {
  await startWasm({ wasmPaths: wasmPaths() });
  limitTensors();
}
