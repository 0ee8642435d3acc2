/**
 * Loads the MuJoCo engine (official WebAssembly build, single thread). In Node it finds its own file; in a browser worker
 * the bundler knows where the `.wasm` went, so the worker hands the address in.
 */
import type { MainModule } from '@mujoco/mujoco';
import { allowEmbindWithoutEval } from './embind-without-eval';

export type Mujoco = MainModule;

/**
 * @param wasmUrl address of `mujoco.wasm` (in a worker: `import url from '@mujoco/mujoco/mujoco.wasm?url'`).
 * Rejects when the engine cannot be fetched or compiled; the caller decides whether the lab goes on without contact.
 */
export async function loadMujoco(wasmUrl?: string): Promise<Mujoco> {
	const { default: create } = await import('@mujoco/mujoco');
	if (wasmUrl === undefined) return create();
	allowEmbindWithoutEval();
	return create({ locateFile: () => wasmUrl });
}
