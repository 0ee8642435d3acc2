/**
 * Two virtual SO-101 arms as USB serial ports for a real browser, with faults at run time.
 *
 *     node tools/real-rig.mjs [--unplugged leader,follower]
 *
 * Prints {"rigDir":...,"hotplug":...}, then takes one JSON command per line (tools/real-rig/commands.ts), for example
 *
 *     {"id":1,"arm":"follower","action":{"do":"missing","servo":3}}
 *     {"id":2,"arm":"leader","port":{"do":"unplug"}}
 *
 * and answers each with one line. A browser sees the ports when it is started by tools/real-rig/namespace.sh (as root).
 * Ends with its input.
 */
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { bundleForNode } from './lib/bundle.mjs';
import { root } from './lib/run.mjs';
import { mayTellOfPlugging } from './real-rig/namespace.js';

const { values } = parseArgs({
	options: {
		unplugged: { type: 'string', default: '' },
		/** Internal: the bundle to serve. */
		serve: { type: 'string' }
	}
});
const names = (/** @type {string} */ list) => list.split(',').filter((name) => name !== '');

/** @param {string} file */
async function serve(file) {
	const { serveRig } = await import(pathToFileURL(file).href);
	const out = names(values.unplugged);
	await serveRig({
		pump: join(root, 'tools', 'pty-chain', 'pump.py'),
		udevEvent: join(root, 'tools', 'real-rig', 'udev-event.py'),
		hotplug: mayTellOfPlugging(),
		plugged: ['leader', 'follower'].filter((name) => !out.includes(name))
	});
}

/** A process of its own serves: without the bundler's threads and garbage answers come sooner. */
async function start() {
	const file = await bundleForNode('tools/real-rig/serve.ts', `real-rig-${process.pid}`);
	const child = spawn(
		process.execPath,
		[fileURLToPath(import.meta.url), ...process.argv.slice(2), '--serve', file],
		{
			stdio: 'inherit'
		}
	);
	child.on('exit', (code) => {
		rmSync(dirname(file), { recursive: true, force: true });
		process.exit(code ?? 0);
	});
	for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT']))
		process.on(signal, () => child.kill(signal));
}

if (values.serve === undefined) await start();
else await serve(values.serve);
