import { afterEach, expect, it, vi } from 'vitest';
import { watchBattery } from './battery';

afterEach(() => vi.unstubAllGlobals());

it('tells the level while the computer runs on its battery, and null while it charges', async () => {
	const battery = Object.assign(new EventTarget(), { charging: false, level: 0.5 });
	vi.stubGlobal('navigator', { getBattery: () => Promise.resolve(battery) });
	const told: (number | null)[] = [];
	await watchBattery((level) => told.push(level));
	battery.level = 0.09;
	battery.dispatchEvent(new Event('levelchange'));
	battery.charging = true;
	battery.dispatchEvent(new Event('chargingchange'));
	expect(told).toEqual([0.5, 0.09, null]);
});

it.each([
	['has no battery to tell of', {}],
	['refuses to tell', { getBattery: () => Promise.reject(new DOMException('no', 'NotAllowedError')) }]
])('says nothing where the browser %s', async (_, navigator) => {
	vi.stubGlobal('navigator', navigator);
	const told: (number | null)[] = [];
	await watchBattery((level) => told.push(level));
	expect(told).toEqual([]);
});
