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
import { build } from 'vite';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const outDir = path.join(root, '.cache', `pty-chain-${process.pid}`);

const { values } = parseArgs({
	options: { new: { type: 'boolean', default: false }, 'payload-kg': { type: 'string', default: '0' } }
});

/** Bundles the TypeScript of the chain for plain Node. */
async function bundle() {
	await build({
		configFile: false,
		root,
		logLevel: 'error',
		publicDir: false,
		resolve: { alias: { $lib: path.join(root, 'src/lib') } },
		build: {
			ssr: path.join(root, 'tools/pty-chain/serve.ts'),
			outDir,
			emptyOutDir: true,
			minify: false,
			rollupOptions: { output: { entryFileNames: 'serve.mjs' } }
		}
	});
	return import(pathToFileURL(path.join(outDir, 'serve.mjs')).href);
}

function openTerminal() {
	const python = process.env.PYTHON ?? 'python3';
	const pump = spawn(python, [path.join(root, 'tools/pty-chain/pump.py')], { stdio: 'pipe' });
	pump.on('error', (error) => {
		console.error(`pty-chain needs python3 (or PYTHON=...): ${error.message}`);
		process.exit(1);
	});
	return pump;
}

/** LeRobot waits 50 ms for an answer: on a busy machine these two go first, where that is allowed. */
function goFirst(pid) {
	try {
		os.setPriority(pid, -10);
	} catch {
		// Not root: answers may come late on a busy machine.
	}
}

const { serveChain } = await bundle();
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
serveChain({
	input: pump.stdout,
	output: pump.stdin,
	asNew: values.new,
	payloadKg: Number(values['payload-kg'])
});

function stop() {
	pump.kill();
	process.exit(0);
}
pump.on('exit', (code) => process.exit(code ?? 0));
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
if (!process.stdin.isTTY) process.stdin.on('end', stop).resume();
