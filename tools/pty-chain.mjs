/**
 * Puts the virtual SO-101 behind a pseudo terminal, for programs that open serial ports (LeRobot's own bus code).
 *
 *     node tools/pty-chain.mjs [--new] [--payload-kg 0.05]
 *
 * Prints one line {"pty":"/dev/pts/N"} and serves until it is told to stop (signal, or its stdin ends when it is a pipe).
 * --new: servos as they come from the factory, without calibration. Linux and macOS; needs any python3.
 */
import { spawn } from 'node:child_process';
import os from 'node:os';
import { fileURLToPath, pathToFileURL } from 'node:url';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { bundleForNode } from './lib/bundle.mjs';

const self = fileURLToPath(import.meta.url);
const root = path.dirname(path.dirname(self));

const { values } = parseArgs({
	options: {
		new: { type: 'boolean', default: false },
		'payload-kg': { type: 'string', default: '0' },
		/** Internal: the bundle to serve. */
		serve: { type: 'string' }
	}
});

/** LeRobot waits 50 ms for an answer: on a busy machine these two go first, where that is allowed. */
function goFirst(pid) {
	try {
		os.setPriority(pid, -10);
	} catch {
		// Not root: answers may come late on a busy machine.
	}
}

function openTerminal() {
	const pump = spawn(process.env.PYTHON ?? 'python3', [path.join(root, 'tools/pty-chain/pump.py')]);
	pump.on('error', (error) => {
		console.error(`pty-chain needs python3 (or PYTHON=...): ${error.message}`);
		process.exit(1);
	});
	return pump;
}

async function serve(file) {
	const { serveChain, warmUp } = await import(pathToFileURL(file).href);
	warmUp();
	const pump = openTerminal();
	goFirst(process.pid);
	if (pump.pid !== undefined) goFirst(pump.pid);
	let heard = '';
	pump.stderr.on('data', (text) => {
		const named = heard.includes('\n');
		heard += text;
		if (named) process.stderr.write(text);
		else if (heard.includes('\n')) console.log(JSON.stringify({ pty: heard.split('\n')[0] }));
	});
	pump.on('exit', (code) => process.exit(code ?? 0));
	serveChain({
		input: pump.stdout,
		output: pump.stdin,
		asNew: values.new,
		payloadKg: Number(values['payload-kg'])
	});
	const stop = () => {
		pump.kill();
		process.exit(0);
	};
	process.on('SIGTERM', stop);
	process.on('SIGINT', stop);
	process.on('disconnect', stop);
}

/** The bundler's threads and garbage would hold up the first answers: a process of its own serves. */
async function start() {
	const file = await bundleForNode('tools/pty-chain/serve.ts', `pty-chain-${process.pid}`);
	const child = spawn(process.execPath, [self, ...process.argv.slice(2), '--serve', file], {
		stdio: ['ignore', 'inherit', 'inherit', 'ipc']
	});
	child.on('exit', (code) => process.exit(code ?? 0));
	const stop = () => child.kill();
	process.on('SIGTERM', stop);
	process.on('SIGINT', stop);
	if (!process.stdin.isTTY) process.stdin.on('end', stop).resume();
}

if (values.serve === undefined) await start();
else await serve(values.serve);
