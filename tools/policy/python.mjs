// Which Python trains the bundled policy: the exporter's environment (conformance/setup.mjs), made once and kept outside the
// repository; POLICY_PYTHON names another one with the packages of conformance/locks/judge.txt and export.txt.
import { ensureExport } from '../../conformance/setup.mjs';

/** @returns {Promise<string>} ends the process with what is missing where there is none */
export async function policyPython() {
	const named = process.env.POLICY_PYTHON;
	if (named !== undefined && named !== '') return named;
	const found = await ensureExport({ log: (/** @type {string} */ line) => console.log(line) });
	if ('missing' in found) {
		console.error(`policy:train: no Python to train with: ${found.missing}`);
		process.exit(1);
	}
	return found.python;
}
