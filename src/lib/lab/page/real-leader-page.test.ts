// When a leader may drive by itself: the real connection control and memory, ROBOT and the browser's ports as answers.

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { PortIdentity } from '$lib/contracts';
import { createMemoryArmStore } from '$lib/robot';
import type { FoundLeader } from '../hosts/real-leader';
import { ArmMemory } from './arm-memory';
import { RealLeaderPage, type RealLeaderOptions } from './real-leader-page';

const FOLLOWERS: PortIdentity = { index: 0, usbVendorId: 0x1a86, usbProductId: 0x55d3 };
const LEADERS: PortIdentity = { ...FOLLOWERS, index: 1 };
const FOLLOWER = '1.-447.800.3200';
const LEADER = '1.12.900.3100';
const ANOTHER = '1.30.700.3000';

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
afterEach(() => {
	page?.control.dispose();
	vi.useRealTimers();
});

/** Lets answers arrive. */
async function pass(): Promise<void> {
	for (let k = 0; k < 60; k++) await Promise.resolve();
}

interface PairOptions {
	/** What is remembered of the two. */
	readonly remembered?: 'pair' | 'strangers' | 'turned_round';
	/** Which arm the hand moves. */
	readonly hand?: 'leader' | 'follower';
	readonly found?: FoundLeader;
	/** Arms that do not answer while the hand is watched, one entry per time. */
	readonly silent?: readonly ('a' | 'b')[];
}

async function createPair({
	remembered = 'pair',
	hand = 'leader',
	found = FOUND,
	silent = []
}: PairOptions = {}) {
	const silences = [...silent];
	const memory = new ArmMemory({
		openStore: () => Promise.resolve(createMemoryArmStore()),
		epochMs: () => 0
	});
	await memory.open();
	memory.met(FOLLOWER, 'follower');
	memory.met(LEADER, 'leader');
	if (remembered === 'pair') memory.paired(LEADER, FOLLOWER);
	if (remembered === 'turned_round') memory.paired(FOLLOWER, LEADER);
	if (remembered === 'strangers') {
		memory.met(ANOTHER, 'leader');
		memory.paired(ANOTHER, FOLLOWER);
	}
	const asked: string[] = [];
	let ports = [FOLLOWERS, LEADERS];
	let changed = (): void => undefined;
	const answers = {
		openLeader: () => {
			asked.push('open');
			return Promise.resolve({ ok: true, value: found });
		},
		closeLeader: () => {
			asked.push('close');
			return Promise.resolve();
		},
		leaderByHand: () => {
			asked.push('by hand');
			const place = silences.shift();
			if (place !== undefined)
				return Promise.resolve({ ok: false, error: { cause: 'silent', places: [place] } });
			return Promise.resolve({ ok: true, value: hand });
		},
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
		onSwap: (port) => asked.push(`follower at ${port.index}`),
		openArms: () => asked.push('arms'),
		onReady: () => asked.push('chosen'),
		onChange: () => undefined
	};
	page = new RealLeaderPage(options);
	const plugged = (there: boolean): void => {
		ports = there ? [FOLLOWERS, LEADERS] : [FOLLOWERS];
		changed();
	};
	const connect = async (): Promise<void> => {
		page?.there();
		await pass();
		page?.control.actions.choose();
		await pass();
	};
	const refused = (): string | undefined => page?.control.view?.problem?.cause;
	return { page, memory, asked, plugged, connect, refused };
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
		expect(asked).toEqual(['open', 'drive', 'chosen', 'close', 'open', 'drive']);
		// A person may choose it again.
		expect(page.there()).toBe(true);
	});
});

describe('a leader that does not fit', () => {
	it('becomes the leader of a new pair when a hand shows it', async () => {
		const { page, memory, asked, connect, refused } = await createPair({ remembered: 'strangers' });
		await connect();
		expect(refused()).toBe('foreign_arm');
		expect(asked).not.toContain('drive');
		asked.length = 0;
		page.control.actions.pairByHand();
		await pass();
		expect(asked).toEqual(['open', 'by hand', 'drive', 'chosen']);
		expect(page.control.state.step).toBe('connected');
		expect(memory.pair(LEADER, FOLLOWER)).toEqual({ kind: 'known' });
	});

	it('is watched on when the follower does not answer, whose own screen tells of that', async () => {
		vi.useFakeTimers();
		const { page, asked, connect, refused } = await createPair({
			remembered: 'strangers',
			silent: ['b', 'b']
		});
		await connect();
		page.control.actions.pairByHand();
		await pass();
		expect([page.pairStep, refused()]).toEqual(['move', undefined]);
		await vi.advanceTimersByTimeAsync(1100);
		await pass();
		expect(asked.filter((what) => what === 'by hand')).toHaveLength(3);
		expect(asked.at(-1)).toBe('chosen');
	});

	it('and not any more once the person went away', async () => {
		vi.useFakeTimers();
		const { page, asked, connect } = await createPair({ remembered: 'strangers', silent: ['b'] });
		await connect();
		page.control.actions.pairByHand();
		await pass();
		page.leave();
		await vi.advanceTimersByTimeAsync(5000);
		expect(asked.filter((what) => what === 'by hand')).toHaveLength(1);
	});

	it('is told of its own silence', async () => {
		const { page, connect, refused } = await createPair({ remembered: 'strangers', silent: ['a'] });
		await connect();
		page.control.actions.pairByHand();
		await pass();
		expect(refused()).toBe('no_power');
	});

	it('is refused again the next time when the hand showed something else', async () => {
		const { page, memory, asked, connect, refused } = await createPair({
			remembered: 'strangers',
			hand: 'follower'
		});
		await connect();
		page.control.actions.pairByHand();
		await pass();
		expect(refused()).toBe('swapped');
		expect(asked).not.toContain('drive');
		expect(memory.pair(LEADER, FOLLOWER)).toMatchObject({ problem: { cause: 'foreign_arm' } });
		page.control.actions.tryAgain();
		await pass();
		expect(refused()).toBe('foreign_arm');
		expect(asked).not.toContain('drive');
	});

	it('changes places with the follower when a hand has shown it and a person asks for it', async () => {
		const { page, memory, asked, connect, refused } = await createPair({
			remembered: 'strangers',
			hand: 'follower'
		});
		await connect();
		page.control.actions.pairByHand();
		await pass();
		expect(refused()).toBe('swapped');
		asked.length = 0;
		page.control.actions.swapArms();
		await pass();
		expect(asked).toEqual(['close', 'follower at 1']);
		expect(page.control.view).toBeNull();
		expect(memory.pair(FOLLOWER, LEADER)).toEqual({ kind: 'known' });
	});

	it('and is only remembered as the follower changes places without a new memory', async () => {
		const { page, memory, asked, connect, refused } = await createPair({ remembered: 'turned_round' });
		await connect();
		expect(refused()).toBe('swapped');
		page.control.actions.swapArms();
		await pass();
		expect(asked.at(-1)).toBe('follower at 1');
		expect(memory.pair(FOLLOWER, LEADER)).toEqual({ kind: 'known' });
	});

	it('and was never calibrated leads nobody, whatever a person says', async () => {
		const { page, asked, connect, refused } = await createPair({ found: { ...FOUND, fingerprint: '' } });
		await connect();
		expect(refused()).toBe('not_calibrated');
		page.control.actions.pairByHand();
		await pass();
		expect(asked).not.toContain('by hand');
		expect(asked).not.toContain('drive');
	});
});
