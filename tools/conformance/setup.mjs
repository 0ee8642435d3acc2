// LeRobot and our driver set six new motors up in turn: starts the motors with a hand that plugs them in and gives the
// judge what it needs.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bundleForNode } from '../lib/bundle.mjs';
import { root } from '../lib/run.mjs';

/**
 * Serves the motors while `judge` runs.
 * @template T
 * @param {string} python
 * @param {(args: string[]) => Promise<T>} judge gets the arguments of judge_setup.py
 * @returns {Promise<T>}
 */
export async function withBoxChain(python, judge) {
	const chainModule = await bundleForNode('tools/conformance/box-chain.ts', `box-chain-${process.pid}`);
	const ourModule = await bundleForNode('tools/conformance/our-setup.ts', `our-setup-${process.pid}`);
	const folder = mkdtempSync(join(tmpdir(), 'edubotics-box-'));
	const socket = join(folder, 'box.sock');
	const pump = join(root, 'tools', 'pty-chain', 'pump.py');
	const chain = spawn(process.execPath, [chainModule, socket, pump], {
		cwd: root,
		env: { ...process.env, PYTHON: python },
		stdio: ['ignore', 'pipe', 'inherit']
	});
	try {
		const pty = await new Promise((resolve, reject) => {
			let text = '';
			chain.stdout.on('data', (/** @type {Buffer} */ piece) => {
				text += piece.toString();
				const line = /^\{"pty":.*\}$/m.exec(text);
				if (line) resolve(JSON.parse(line[0]).pty);
			});
			chain.on('exit', (code) => reject(new Error(`the chain ended with ${code}`)));
		});
		return await judge([
			join(root, 'conformance', 'judge_setup.py'),
			pty,
			...['--box', socket],
			...['--ours', process.execPath, ourModule, socket]
		]);
	} finally {
		chain.kill();
		for (const made of [folder, dirname(chainModule), dirname(ourModule)])
			rmSync(made, { recursive: true, force: true });
	}
}
