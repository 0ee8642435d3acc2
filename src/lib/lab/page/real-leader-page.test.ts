// When a leader may drive by itself: the real connection control and memory, ROBOT and the browser's ports as answers.

import { afterEach, describe, expect, it } from 'vitest';
import type { PortIdentity } from '$lib/contracts';
import { createMemoryArmStore } from '$lib/robot';
import type { FoundLeader } from '../hosts/real-leader';
import { ArmMemory } from './arm-memory';
import { RealLeaderPage, type RealLeaderOptions } from './real-leader-page';

const FOLLOWERS: PortIdentity = { index: 0, usbVendorId: 0x1a86, usbProductId: 0x55d3 };
const LEADERS: PortIdentity = { ...FOLLOWERS, index: 1 };
const FOLLOWER = '1.-447.800.3200';
const LEADER = '1.12.900.3100';

const FOUND: FoundLeader = {
	port: LEADERS,
	fingerprint: LEADER,
	firmware: '3.10',
	calibration: {},
	role: null,
	voltageV: 7.4,
	stiff: false
};

let page: RealLeaderPage | null = null;
afterEach(() => page?.control.dispose());

/** Lets answers arrive. */
async function pass(): Promise<void> {
	for (let k = 0; k < 60; k++) await Promise.resolve();
}

async function createPair() {
	const memory = new ArmMemory({
		openStore: () => Promise.resolve(createMemoryArmStore()),
		epochMs: () => 0
	});
	await memory.open();
	memory.met(FOLLOWER, 'follower');
	memory.met(LEADER, 'leader');
	memory.paired(LEADER, FOLLOWER);
	const asked: string[] = [];
	let ports = [FOLLOWERS, LEADERS];
	let changed = (): void => undefined;
	const answers = {
		openLeader: () => {
			asked.push('open');
			return Promise.resolve({ ok: true, value: FOUND });
		},
		closeLeader: () => Promise.resolve(),
		driveLeader: () => {
			asked.push('drive');
			return Promise.resolve(true);
		}
	};
	const options: RealLeaderOptions = {
		// ROBOT's interface as the page sees it: every answer a promise.
		ask: async (question) => question(answers as unknown as Parameters<typeof question>[0]),
		access: {
			obstacle: () => null,
			list: () => Promise.resolve(ports),
			ask: () => Promise.resolve({ ok: true, value: { port: LEADERS, ports } }),
			placed: (port) => Promise.resolve(port),
			onChange: (listener) => {
				changed = listener;
				return () => undefined;
			}
		},
		memory,
		follower: () => ({ port: FOLLOWERS, fingerprint: FOLLOWER }),
		procedure: () => Promise.resolve(),
		endProcedure: () => Promise.resolve(),
		takeSeat: () => Promise.resolve(),
		onReady: () => asked.push('chosen'),
		onChange: () => undefined
	};
	page = new RealLeaderPage(options);
	const plugged = (there: boolean): void => {
		ports = there ? [FOLLOWERS, LEADERS] : [FOLLOWERS];
		changed();
	};
	return { page, asked, plugged };
}

describe('a leader of a known pair', () => {
	it('drives when a person connects it, and is not chosen again by a cable that goes back in', async () => {
		const { page, asked, plugged } = await createPair();
		expect(page.there()).toBe(false);
		await pass();
		page.control.actions.choose();
		await pass();
		expect(asked).toEqual(['open', 'drive', 'chosen']);

		plugged(false);
		page.lost();
		await pass();
		plugged(true);
		await pass();
		expect(page.control.state.step).toBe('connected');
		expect(asked).toEqual(['open', 'drive', 'chosen', 'open', 'drive']);
		// A person may choose it again.
		expect(page.there()).toBe(true);
	});
});
