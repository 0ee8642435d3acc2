import { expect, it } from 'vitest';
import { createGatedArm, type GatedArm } from '$lib/robot/safety/testing/gated-arm';
import { createPageDrive } from './page-drive';
import { createReplay, nominalTimes } from './replay';
import { SO101 } from '$lib/contracts';

const READY = [0, -40, 40, 60, 0, 30];

/** A page that beats every 33 ms and tells what is held; what ROBOT makes of it drives the arm behind the gate. */
function keys(gated: GatedArm, held: () => readonly string[]): void {
	const drive = createPageDrive();
	let beatMs = -Infinity;
	let goal: Float32Array | null = null;
	const { gate } = gated;
	const step = gate.step.bind(gate);
	gate.step = (input) => {
		const out = step(input);
		if (out.send) goal = out.goal;
		return out;
	};
	gated.inputs.source = 'keyboard';
	gated.wish = (nowMs) => {
		if (nowMs - beatMs >= 33) {
			beatMs = nowMs;
			drive.take({ source: 'keyboard', held: held() }, nowMs, gated.loop.state);
		}
		return drive.setpoint(0.005, nowMs, gated.inputs.epoch, goal)?.q ?? null;
	};
}

it('moves the virtual arm by keys that are held, through the gate, and no further when they are let go', async () => {
	const gated = await createGatedArm(READY);
	let held: readonly string[] = [];
	keys(gated, () => held);
	gated.run(0.5);
	const from = gated.tip();
	held = ['up'];
	gated.run(1);
	held = [];
	gated.run(0.5);
	const up = gated.tip();
	expect(up[2] - from[2]).toBeGreaterThan(0.05);
	expect(Math.hypot(up[0] - from[0], up[1] - from[1])).toBeLessThan(0.015);
	gated.run(1);
	expect(Math.abs(gated.tip()[2] - up[2])).toBeLessThan(0.002);
});

it('replays a path that is too fast more slowly, and does not cut it short', async () => {
	// There and back in a second: far too fast for the gate.
	const count = 31;
	const action = new Float32Array(count * 6);
	for (let i = 0; i < count; i++)
		action.set([60 * Math.sin((Math.PI * i) / (count - 1)), ...READY.slice(1)], i * 6);
	const replay = createReplay({ frameCount: count, action, captureMs: nominalTimes(count, 30) }, SO101);
	const gated = await createGatedArm(READY);
	let last: { handover: boolean; stretch: number } | null = null;
	const step = gated.gate.step.bind(gated.gate);
	gated.gate.step = (input) => {
		const out = step(input);
		last = { handover: out.handover, stretch: out.stretch };
		return out;
	};
	gated.inputs.source = 'replay';
	gated.wish = () => replay.advance(0.005, last);
	let farthest = 0;
	let seconds = 0;
	while (!replay.done && seconds < 30) {
		gated.run(0.1);
		seconds += 0.1;
		farthest = Math.max(farthest, gated.truth()[0] ?? NaN);
	}
	expect(replay.done).toBe(true);
	expect(seconds).toBeGreaterThan(1.5);
	expect(farthest).toBeGreaterThan(54);
});
