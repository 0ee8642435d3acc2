// Ours and LeRobot's FeetechMotorsBus on one emulated arm behind one pseudo terminal, in turns, on the wall clock. The
// emulator answers at once: what is timed is host, kernel and emulator. The wire is charged on top, by the bytes each side
// really sent and got at 1 Mbaud; an adapter's frames are not (they would cost each exchange the same, and one side has six).
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { ensureJudge } from '../../conformance/setup.mjs';
import { root } from '../../tools/lib/run.mjs';
import { bundleForNode } from './bundle.mjs';
import { figure, median, round } from './figures.mjs';

/** 1 Mbaud, ten bits a byte. */
const US_PER_BYTE = 10;
const TITLES = {
	positions:
		'six positions through a pseudo terminal, both without pause: LeRobot 0.6.1 FeetechMotorsBus, one sync read',
	everything:
		'six servos, six values each, through a pseudo terminal: LeRobot 0.6.1 FeetechMotorsBus needs six sync reads, ours one'
};

/**
 * A program that answers each line with a line.
 * @param {string} command @param {readonly string[]} args
 */
function startLineProgram(command, args) {
	const child = spawn(command, [...args], { stdio: ['pipe', 'pipe', 'pipe'] });
	let errors = '';
	child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-4000)));
	const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
	const next = async () => {
		const { value, done } = await lines.next();
		if (done) throw new Error(`${args[0]} ended: ${errors}`);
		return JSON.parse(value);
	};
	return {
		next,
		/** @param {object} task */
		ask(task) {
			child.stdin.write(`${JSON.stringify(task)}\n`);
			return next();
		},
		stop: () => void child.kill()
	};
}

/** Whole-arm reads a second with the wire charged. @param {any} turn */
const hz = (turn) => turn.reads / (turn.seconds + (turn.reads * turn.bytesPerRead * US_PER_BYTE) / 1e6);

/** @param {readonly any[]} turns */
function show(turns) {
	const hostMs = median(turns.map((turn) => (1000 * turn.seconds) / turn.reads));
	const bytes = turns[0].bytesPerRead;
	return `${round(median(turns.map(hz)), 0)} Hz: ${round(bytes, 0)} bytes = ${round((bytes * US_PER_BYTE) / 1000, 2)} ms of wire, ${round(hostMs, 2)} ms of host`;
}

/** @param {'positions' | 'everything'} what @param {{ ours: any[], peer: any[] }} turns @param {boolean} same */
function figureOf(what, { ours, peer }, same) {
	const failures = (/** @type {any[]} */ all) => all.reduce((sum, turn) => sum + turn.failures, 0);
	return figure({
		id: `bus.lerobot-${what}`,
		what: TITLES[what],
		ratio: median(ours.map((turn, k) => hz(turn) / hz(peer[k]))),
		ours: show(ours),
		peer: show(peer),
		n: `${ours.length} turns of ${ours[0].reads} reads each, ${failures(ours)} and ${failures(peer)} failed; both read the ${same ? 'same' : 'NOT THE SAME'} positions at the end`,
		verdict: same ? 'reported' : 'missed',
		detail: { ours, peer }
	});
}

/** The arm has no torque and sinks: asks until it lies, then both. @param {any} ours @param {any} peer */
async function readTheSame(ours, peer) {
	const task = { what: 'positions', reads: 1 };
	const text = (/** @type {any} */ answer) => JSON.stringify(answer.positions);
	let before = '';
	for (let k = 0; k < 100; k++) {
		const now = text(await ours.ask(task));
		if (now === before) break;
		before = now;
		await pause(200);
	}
	return text(await peer.ask(task)) === before;
}

/** @param {{ quick: boolean }} options @returns {Promise<import('./figures.mjs').Figure[]>} */
export async function measurePty({ quick }) {
	const skipped = (/** @type {string} */ why) => [
		figure({ id: 'bus.lerobot-positions', what: `${TITLES.positions}: ${why}`, verdict: 'skipped' })
	];
	if (process.platform === 'win32') return skipped('no pseudo terminals on Windows');
	const judge = await ensureJudge();
	if ('missing' in judge) return skipped(judge.missing);
	const module = await bundleForNode('bus-pty.node.ts');
	const chain = startLineProgram(process.execPath, [join(root, 'tools', 'pty-chain.mjs')]);
	const started = [chain];
	try {
		const { pty } = await chain.next();
		const ours = startLineProgram(process.execPath, [module, pty]);
		const peer = startLineProgram(judge.python, [join(root, 'bench', 'peers', 'lerobot_bus.py'), pty]);
		started.push(ours, peer);
		await Promise.all([ours.next(), peer.next()]);
		const all = [];
		for (const what of /** @type {const} */ (['positions', 'everything'])) {
			const turns = { ours: [], peer: [] };
			// The first turn of each warms up and is not kept.
			for (let turn = -1; turn < (quick ? 3 : 12); turn++)
				for (const [name, program] of Object.entries({ ours, peer })) {
					const answer = await program.ask({ what, reads: quick ? 50 : 300 });
					if (turn >= 0) turns[/** @type {'ours' | 'peer'} */ (name)].push(answer);
				}
			all.push({ what, turns });
		}
		const same = await readTheSame(ours, peer);
		return all.map(({ what, turns }) => figureOf(what, turns, same));
	} finally {
		for (const program of started) program.stop();
	}
}
