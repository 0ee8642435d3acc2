// A bench in a Node process of its own: clean heap, flags of its own, globals that may be replaced. It gets its task as
// JSON in the last argument and answers with one JSON line, the last of its standard output.
import { spawn } from 'node:child_process';

/**
 * @param {string} module path of a bundled module
 * @param {object} task
 * @param {readonly string[]} [flags] for Node or V8
 * @returns {Promise<any>} what it answered
 */
export function runInNode(module, task, flags = []) {
	return new Promise((resolve, reject) => {
		const child = spawn(process.execPath, [...flags, module, JSON.stringify(task)], {
			stdio: ['ignore', 'pipe', 'pipe'],
			windowsHide: true
		});
		let output = '';
		let errors = '';
		child.stdout.on('data', (chunk) => (output += chunk));
		child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-20_000)));
		child.on('error', reject);
		child.on('close', (code) => {
			const last = output.trimEnd().split('\n').at(-1) ?? '';
			if (code === 0 && last.startsWith('{')) resolve(JSON.parse(last));
			else reject(new Error(`${module} ended with ${code}: ${errors || output}`));
		});
	});
}
