// Python beside the browser: ONNX Runtime and PyTorch on the same package, asked in turn with it.
import { spawn } from 'node:child_process';
import { mkdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ensureExport } from '../../conformance/setup.mjs';
import { makeDefaultPackage, makeRandom } from '../../tools/conformance/policy.mjs';
import { root } from '../../tools/lib/run.mjs';
import { cache } from './bundle.mjs';

/** @typedef {{ ort: number[], torch: number[] }} NativeTimes ms */
/** @typedef {{ run: (times: number) => Promise<NativeTimes>, close: () => void }} NativePeer */

/**
 * @param {string} zip @param {'bundled' | 'act'} name `act`: the conformance tests' ACT of random weights, which are the same from
 * the same seed
 * @returns {Promise<NativePeer | { missing: string }>}
 */
export async function openNativePeer(zip, name) {
	const ready = await ensureExport({ log: (line) => console.error(`bench: ${line}`) });
	if ('missing' in ready) return ready;
	let checkpoint = '-';
	if (name === 'act') {
		checkpoint = join(cache, 'act-random', 'pretrained_model');
		mkdirSync(join(cache, 'act-random'), { recursive: true });
		const made = existsSync(join(checkpoint, 'config.json'))
			? []
			: await makeRandom(ready.python, checkpoint);
		if (made.length > 0) return { missing: made.join(' ') };
	}
	const script = join(root, 'bench', 'peers', 'policy_native.py');
	const env = { ...process.env, OMP_NUM_THREADS: '1' };
	const child = spawn(ready.python, ['-B', script, zip, checkpoint], {
		env,
		stdio: ['pipe', 'pipe', 'inherit']
	});
	/** @type {AsyncIterator<string>} */
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const next = async () => {
		for (;;) {
			const { value, done } = await lines.next();
			if (done === true) throw new Error(`${script} ended`);
			// LeRobot talks as well.
			if (value.startsWith('{')) return JSON.parse(value);
		}
	};
	await next();
	return {
		run: (times) => {
			child.stdin.write(`${times}\n`);
			return next();
		},
		close: () => child.kill()
	};
}

/** An ACT of LeRobot's usual size (51.6 M parameters), two cameras of the lab. @returns {Promise<{ path: string } | { missing: string }>} */
export async function ensureDefaultAct() {
	const path = join(cache, 'packages', 'act-default.zip');
	if (existsSync(path)) return { path };
	const ready = await ensureExport({ log: (line) => console.error(`bench: ${line}`) });
	if ('missing' in ready) return ready;
	const problems = await makeDefaultPackage(ready.python, path);
	return problems.length > 0 ? { missing: problems.join(' ') } : { path };
}
