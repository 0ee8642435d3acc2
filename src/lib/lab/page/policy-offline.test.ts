// What a person is told while models are made to run without a network.
import { describe, expect, it } from 'vitest';
import { PolicyOffline, type OfflineFiles, type OfflineState } from './policy-offline';

const MB = 1024 * 1024;

function rig(files: Partial<OfflineFiles>) {
	const seen: string[] = [];
	const offline: PolicyOffline = new PolicyOffline(
		{ state: () => Promise.resolve(null), fetch: () => Promise.resolve(true), ...files },
		() => seen.push(`${offline.view.state} ${offline.view.hereBytes}/${String(offline.view.totalBytes)}`)
	);
	return { offline, seen };
}

const state = (hereBytes: number, totalBytes: number | null = 14 * MB): OfflineState => ({
	hereBytes,
	totalBytes,
	ready: hereBytes === totalBytes
});

describe('models without a network', () => {
	it('says what it weighs before it is asked for', async () => {
		const { offline } = rig({ state: () => Promise.resolve(state(0)) });
		await offline.look();
		expect(offline.view).toEqual({ state: 'missing', hereBytes: 0, totalBytes: 14 * MB });
	});

	it('says that it is here', async () => {
		const { offline } = rig({ state: () => Promise.resolve(state(14 * MB)) });
		await offline.look();
		expect(offline.view.state).toBe('ready');
	});

	it('tells how far it is, and is asked once', async () => {
		let asked = 0;
		let told: (state: OfflineState) => void = () => undefined;
		let end: (done: boolean) => void = () => undefined;
		const { offline, seen } = rig({
			fetch: (onState) => {
				asked += 1;
				told = onState;
				return new Promise((resolve) => (end = resolve));
			}
		});
		const first = offline.fetch();
		void offline.fetch();
		told(state(7 * MB));
		await offline.look();
		expect(offline.view).toEqual({ state: 'fetching', hereBytes: 7 * MB, totalBytes: 14 * MB });
		told(state(14 * MB));
		end(true);
		await first;
		expect(asked).toBe(1);
		expect(seen.at(-1)).toBe(`ready ${14 * MB}/${14 * MB}`);
	});

	it('a network that goes away: what came stays, and it can be asked for again', async () => {
		const { offline } = rig({
			fetch: (onState) => {
				onState(state(3 * MB));
				return Promise.reject(new TypeError('offline'));
			}
		});
		await offline.fetch();
		expect(offline.view).toEqual({ state: 'failed', hereBytes: 3 * MB, totalBytes: 14 * MB });
	});

	it('nobody who keeps files yet: offered, weight unknown; a browser that cannot: said', async () => {
		const { offline } = rig({});
		await offline.look();
		expect(offline.view).toEqual({ state: 'missing', hereBytes: 0, totalBytes: null });
		const never = new PolicyOffline(null, () => undefined);
		await never.look();
		await never.fetch();
		expect(never.view.state).toBe('impossible');
	});
});
