// What a first visit downloads as JavaScript: the figures of tools/size-budget.mjs on the build that lies in build/.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, run as runProgram } from '../../tools/lib/run.mjs';
import { figure, verdict } from '../lib/figures.mjs';

const LINE = /^(ok|FAIL): (\w+): ([\d.]+) KB brotli of (\d+) KB in (\d+) modules/gm;

export async function run() {
	if (!existsSync(join(root, 'build', 'prerendered')))
		return [
			figure({ id: 'size', what: 'JavaScript of a first visit: nothing is built', verdict: 'skipped' })
		];
	const { output } = await runProgram(process.execPath, [join(root, 'tools', 'size-budget.mjs')], {
		quiet: true
	});
	const found = [...output.matchAll(LINE)];
	if (found.length === 0) throw new Error(`tools/size-budget.mjs said: ${output.slice(-300)}`);
	return found.map(([, state, page, kb, budget, modules]) =>
		figure({
			id: `size.${page}`,
			what: `compressed JavaScript of ${page} before 3-D, physics and encoders`,
			ours: `${kb} KB`,
			goal: `<= ${budget} KB`,
			n: `${modules} modules`,
			verdict: verdict(state === 'ok'),
			counts: true
		})
	);
}
