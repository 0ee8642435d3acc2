import { describe, expect, it } from 'vitest';
import type { CameraDevice, CameraRole } from './device-types';
import { deviceNames, pickDevices } from './pick-devices';

const device = (deviceId: string, label = 'C270', groupId = deviceId): CameraDevice => ({
	deviceId,
	groupId,
	label
});
const known = (role: CameraRole, of: CameraDevice) => ({ role, ...of });

function picked(remembered: Parameters<typeof pickDevices>[0], present: readonly CameraDevice[]) {
	return pickDevices(remembered, present).map(
		({ role, device: found, problem }) => `${role}: ${found?.deviceId ?? problem ?? '?'}`
	);
}

describe('picking devices', () => {
	const [a, b] = [device('a'), device('b')];

	it('keeps two cameras of one model apart by their ids, in whatever order they are listed', () => {
		const remembered = [known('top', a), known('wrist', b)];
		expect(picked(remembered, [b, a])).toEqual(['top: a', 'wrist: b']);
	});

	it('does not give the one that is left to both', () => {
		expect(picked([known('top', a), known('wrist', b)], [b])).toEqual(['top: missing', 'wrist: b']);
	});

	it('does not guess between twins whose ids are gone', () => {
		const present = [device('x', 'C270', 'gx'), device('y', 'C270', 'gy')];
		expect(picked([known('top', a), known('wrist', b)], present)).toEqual([
			'top: ambiguous',
			'wrist: ambiguous'
		]);
	});

	it('finds different models and known groups after ids were cleared', () => {
		const remembered = [known('top', device('1', 'C270')), known('side', device('2', 'Brio'))];
		expect(picked(remembered, [device('y', 'Brio'), device('x', 'C270')])).toEqual(['top: x', 'side: y']);
		const twins = [known('top', device('1', 'C270', 'g1')), known('wrist', device('2', 'C270', 'g2'))];
		const again = [device('y', 'C270', 'g2'), device('x', 'C270', 'g1')];
		expect(picked(twins, again)).toEqual(['top: x', 'wrist: y']);
	});

	it('does not open another model under a known id', () => {
		expect(picked([known('top', a)], [device('a', 'Brio')])).toEqual(['top: changed']);
	});

	it('goes by the id alone before labels are known', () => {
		expect(picked([known('top', a)], [device('a', '', '')])).toEqual(['top: a']);
	});

	it('numbers twins and cameras without a name', () => {
		const names = deviceNames([a, device('n', ''), b, device('c', 'Brio')]).map(({ name }) => name);
		expect(names).toEqual(['C270 1', '1', 'C270 2', 'Brio']);
	});
});
