// Bus: whole-arm reads per second of virtual time, beside the browser drivers npm has for these servos, on one
// chain; then LeRobot's own bus beside ours through one pseudo terminal on the wall clock.
import { bundleForNode } from '../lib/bundle.mjs';
import { measurePty } from '../lib/bus-pty.mjs';
import { withChromium } from '../lib/chromium.mjs';
import { figure, round, verdict } from '../lib/figures.mjs';
import { runInNode } from '../lib/node-child.mjs';
import { ensurePeers } from '../lib/peers.mjs';

const GOAL = 25;
const USB_FRAME_MS = 1;

/** The virtual clock's word for the peer, checked: the peer in a real browser on the wall clock. @param {number} hz */
async function checkPeer(hz) {
	const what = 'is the virtual clock fair: @lerobot/web in Chromium on the wall clock, same chain';
	const folder = '/peers/@lerobot/web/dist/utils';
	const urls = {
		wrapper: `${folder}/serial-port-wrapper.js`,
		communication: `${folder}/motor-communication.js`
	};
	const found = await withChromium((browser) => browser.peer({ reads: 60, urls }));
	if ('missing' in found)
		return figure({ id: 'bus.peer-wall', what: `${what}: ${found.missing}`, verdict: 'skipped' });
	return figure({
		id: 'bus.peer-wall',
		what,
		ratio: hz / found.hz,
		ours: `${round(hz, 2)} Hz in virtual time`,
		peer: `${round(found.hz, 2)} Hz on the wall clock`,
		n: `${found.reads} reads, ${found.answersPerRead} answers each`,
		detail: found
	});
}

/** @param {{ quick: boolean }} options */
export async function run({ quick }) {
	const module = await bundleForNode('bus.node.ts');
	const ask = (/** @type {object} */ task) => runInNode(module, { usbFrameMs: USB_FRAME_MS, ...task });
	const seconds = 60;
	const loop = await ask({ mode: 'loop', seconds, rateHz: 200 });
	const flatOut = await ask({ mode: 'flatOut', seconds: 10 });
	const perRead = `${round(loop.valuesPerRead, 1)} values a read`;
	const figures = [
		figure({
			id: 'bus.missed',
			what: 'missed ticks at 200 Hz, full telemetry and a goal in each, wire and 1 ms USB frames charged',
			ours: `${loop.missedTicks} missed, ${loop.failedTicks} failed of ${loop.ticks}`,
			goal: '0',
			n: `${seconds} simulated s`,
			verdict: verdict(loop.missedTicks === 0 && loop.failedTicks === 0 && loop.ticks === seconds * 200),
			counts: true,
			detail: loop
		})
	];
	const peers = await ensurePeers();
	if ('missing' in peers)
		return [...figures, figure({ id: 'bus.peers', what: `peers: ${peers.missing}`, verdict: 'skipped' })];
	const urls = {
		wrapper: peers.url('@lerobot/web/dist/utils/serial-port-wrapper.js'),
		communication: peers.url('@lerobot/web/dist/utils/motor-communication.js'),
		feetech: peers.url('feetech-servo-ts/dist/index.mjs')
	};
	const peer = (/** @type {string} */ name, clamp = true) =>
		ask({ mode: 'peer', peer: name, clamp, urls, seconds: quick ? 10 : 20 });
	const lerobot = await peer('lerobot');
	const unclamped = await peer('lerobot', false);
	figures.push(
		figure({
			id: 'bus.lerobot-web',
			what: 'whole-arm reads: loop at 200 Hz against @lerobot/web 0.4.0 reading without pause',
			ratio: loop.hz / lerobot.hz,
			ours: `${round(loop.hz, 1)} Hz, ${perRead}`,
			peer: `${round(lerobot.hz, 2)} Hz, 6 values a read`,
			goal: `>= ${GOAL}x`,
			n: `${seconds} s / ${lerobot.reads} reads`,
			verdict: verdict(
				loop.hz / lerobot.hz >= GOAL && lerobot.failures === 0 && lerobot.answersPerRead === 6
			),
			counts: true,
			detail: { peer: lerobot, peerWithoutTheNestedTimerRule: unclamped, ratioThen: loop.hz / unclamped.hz }
		}),
		figure({
			id: 'bus.flat-out',
			what: 'the same, both without pause',
			ratio: flatOut.hz / lerobot.hz,
			ours: `${round(flatOut.hz, 1)} Hz`,
			peer: `${round(lerobot.hz, 2)} Hz`,
			n: `${flatOut.reads} / ${lerobot.reads} reads`,
			counts: true,
			detail: { ours: flatOut }
		})
	);
	for (const [name, what] of [
		[
			'feetech-positions',
			'feetech-servo-ts 1.0.0 sync-reading positions (2 bytes a servo; ours 15), both without pause'
		],
		['feetech-status', 'feetech-servo-ts 1.0.0 reading status of six servos, both without pause']
	]) {
		const result = await peer(name ?? '');
		figures.push(
			figure({
				id: `bus.${name}`,
				what: what ?? '',
				ratio: flatOut.hz / result.hz,
				ours: `${round(flatOut.hz, 1)} Hz`,
				peer: `${round(result.hz, 2)} Hz`,
				n: `${flatOut.reads} / ${result.reads} reads`,
				counts: true,
				detail: result
			})
		);
	}
	figures.push(...(await measurePty({ quick })));
	if (!quick) figures.push(await checkPeer(lerobot.hz));
	return figures;
}
