// Runs one short program to its end. Knows nothing of which.
import { spawn } from 'node:child_process';

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<{ code: number | null, output: string }>} output of both streams, in order
 */
export function run(command, args, options) {
	return new Promise((resolve, reject) => {
		const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
		let output = '';
		for (const stream of [child.stdout, child.stderr])
			stream?.on('data', (/** @type {Buffer} */ chunk) => (output += chunk.toString()));
		child.once('error', reject);
		// `exit`, not `close`: a postmaster left behind keeps the streams open for as long as it lives.
		child.once('exit', (code) => setImmediate(() => resolve({ code, output })));
	});
}

/**
 * A port nobody listens on at this moment.
 * @param {number} [wished] rejects where this one is taken
 * @returns {Promise<number>}
 */
export async function freePort(wished = 0) {
	const { createServer } = await import('node:net');
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', reject);
		server.listen(wished, '127.0.0.1', () => {
			const address = server.address();
			const port = typeof address === 'object' && address !== null ? address.port : 0;
			server.close(() => resolve(port));
		});
	});
}
