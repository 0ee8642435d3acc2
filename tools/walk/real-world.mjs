// Two arms on USB cables and a browser among them, for walkers: the rig and the browser of the real Web Serial tests
// (e2e/real), and the hands that hold the arms.
import { createLoader } from '../lib/load-ts.mjs';
import { refusal } from '../real-rig/namespace.js';

/** @typedef {import('../../e2e/real/rig-client').Rig} Rig */
/** @typedef {import('../../e2e/real/chooser').Chooser} Chooser */
/** @typedef {import('../real-rig/commands').ArmName} ArmName */

/** Two test cameras of the browser's own. */
const CAMERAS = [
	'--use-fake-ui-for-media-stream',
	'--use-fake-device-for-media-stream=device-count=2,fps=30'
];
/** Joints in the order of the arm, with the ends of their ways: degrees, gripper percent. */
export const WAYS = /** @type {const} */ ([
	['shoulder_pan', -108, 108],
	['shoulder_lift', -98, 98],
	['elbow_flex', -95, 95],
	['wrist_flex', -93, 93],
	['wrist_roll', -120, 120],
	['gripper', 0, 100]
]);
/** A hand's way from stop to stop. */
const SWEEP_MS = 400;
const PATIENCE_MS = 20_000;
/** So many bytes are a few questions to six servos. */
const SEEN_BYTES = 100;

/**
 * @param {string} chromium path of the browser
 * @returns {Promise<{ refused: string } | RealWorld>} refused: why this machine cannot
 */
export async function createRealWorld(chromium) {
	const refused = await refusal();
	if (refused !== null) return { refused };
	const loader = await createLoader();
	const [{ startRig }, { launchReal, policyOf }, { answerChooser }] = await Promise.all(
		['rig-client', 'real-browser', 'chooser'].map((name) => loader.load(`e2e/real/${name}.ts`))
	);
	return new RealWorld({ rig: await startRig(), loader, chromium, launchReal, policyOf, answerChooser });
}

export class RealWorld {
	/** @type {Rig} */
	rig;
	#tools;

	/** @param {any} tools */
	constructor(tools) {
		this.rig = tools.rig;
		this.#tools = tools;
	}

	/**
	 * Both arms healed; the follower on its cable, the leader beside it. A browser with an empty profile.
	 * @param {string} site
	 * @param {import('@playwright/test').BrowserContextOptions} options
	 * @returns {Promise<{ context: import('@playwright/test').BrowserContext, chooser: Chooser, close(): Promise<void> }>}
	 */
	async open(site, options) {
		const { launchReal, policyOf, answerChooser, chromium } = this.#tools;
		await this.rig.reset();
		await this.rig.port('leader', { do: 'unplug' });
		await this.rig.rule(policyOf('granted', site));
		const args = ['--no-sandbox', ...CAMERAS];
		const browser = await launchReal(this.rig.dir, chromium, { ...options, args });
		return { ...browser, chooser: await answerChooser(browser.context) };
	}

	/** The hand brings an arm to a pose and holds it there. @param {ArmName} arm @param {Record<string, number>} pose @param {number} [overMs] */
	async hold(arm, pose, overMs = SWEEP_MS) {
		await this.rig.arm(arm, { do: 'hand', pose, overMs });
		await until(async () => {
			const state = await this.rig.state(arm);
			return WAYS.every(([joint], at) => {
				const wanted = pose[joint];
				return wanted === undefined || Math.abs((state.pose[at] ?? Number.NaN) - wanted) < 1;
			});
		}, `the ${arm} to be in the hand's pose`);
	}

	/** A hand that moves a joint from stop to stop rests at each until it was read there. @param {ArmName} arm */
	async sweep(arm) {
		for (const [joint, low, high] of WAYS)
			for (const end of [low, high, (low + high) / 2]) {
				await this.hold(arm, { [joint]: end });
				const { heardBytes } = await this.rig.state(arm);
				const seen = async () => (await this.rig.state(arm)).heardBytes - heardBytes > SEEN_BYTES;
				await until(seen, `${joint} to be read at ${end}`);
			}
	}

	/** Of a new arm's motors only this one is plugged in; 0: none, 7: all. @param {ArmName} arm @param {number} servo */
	async onlyMotor(arm, servo) {
		for (let other = 1; other <= WAYS.length; other++)
			await this.rig.arm(arm, { do: 'missing', servo: other, on: servo !== 7 && other !== servo });
	}

	async close() {
		await this.rig.close();
		await this.#tools.loader.close();
	}
}

/** @param {() => Promise<boolean>} holds @param {string} what */
export async function until(holds, what) {
	for (const endAt = Date.now() + PATIENCE_MS; !(await holds());) {
		if (Date.now() > endAt) throw new Error(`waited in vain for ${what}`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}
