import { describe, expect, it } from 'vitest';
import type { ArmReport, Capabilities } from '$lib/contracts';
import { CodedError } from '$lib/core';
import {
	armProblem,
	browserProblem,
	deathProblem,
	endsRecording,
	helloProblem,
	startProblem
} from './problems';

const ALL: Capabilities = {
	isolated: true,
	secureContext: true,
	serial: true,
	webCodecs: true,
	videoCodec: 'avc',
	webgl: true,
	webgpu: true,
	indexedDb: true,
	storageQuotaBytes: 1e9,
	storagePersisted: false,
	directoryPicker: true
};

describe('what a browser lacks', () => {
	it.each<[string, Partial<Capabilities>, ReturnType<typeof browserProblem>]>([
		['nothing', {}, null],
		[
			'neither serial, WebGPU nor a folder picker',
			{ serial: false, webgpu: false, directoryPicker: false },
			null
		],
		['a word on its quota', { storageQuotaBytes: null, storagePersisted: null }, null],
		['https', { secureContext: false }, 'insecure_context'],
		['isolation', { isolated: false }, 'no_isolation'],
		['a database', { indexedDb: false }, 'no_indexeddb'],
		['WebCodecs', { webCodecs: false, videoCodec: null }, 'no_webcodecs'],
		['every encoder', { videoCodec: null }, 'no_webcodecs'],
		['space', { storageQuotaBytes: 0 }, 'quota_zero'],
		['WebGL', { webgl: false }, 'no_webgl'],
		['H.264, AV1 steps in', { videoCodec: 'av1' }, 'no_h264'],
		['H.264, VP9 steps in', { videoCodec: 'vp9' }, 'no_h264'],
		[
			'https, and with it nearly all',
			{ secureContext: false, isolated: false, webCodecs: false },
			'insecure_context'
		],
		['a database, and space', { indexedDb: false, storageQuotaBytes: 0 }, 'no_indexeddb'],
		['space, WebGL and H.264', { storageQuotaBytes: 0, webgl: false, videoCodec: 'vp9' }, 'quota_zero']
	])('%s', (_, lacks, code) => {
		expect(browserProblem({ ...ALL, ...lacks })).toBe(code);
	});
});

it.each([
	['robot', 'robot_worker_died'],
	['plant', 'plant_worker_died'],
	['render', 'render_worker_died'],
	['recorder', 'recorder_worker_died'],
	['dataset', 'dataset_worker_died']
] as const)('the death of %s is told as its own', (worker, code) => {
	expect(deathProblem(worker)).toBe(code);
});

it('a worker of another build may not join, and the lab says why it did not start', () => {
	const hello = { build: 'b2', isolated: true };
	expect(helloProblem(hello, 'b2')).toBeNull();
	expect(helloProblem(hello, 'b1')).toBe('build_mismatch');
	expect(startProblem(new CodedError('build_mismatch', 'b1'))).toBe('build_mismatch');
	expect(startProblem(new CodedError('no_such_code', 'a defect of ours'))).toBe('robot_worker_died');
	expect(startProblem(new TypeError('a script did not load'))).toBe('robot_worker_died');
});

describe('what an arm reports', () => {
	const ARMED: ArmReport = {
		armId: 'follower',
		status: 'armed',
		reason: '',
		handover: false,
		torque: 'on',
		epoch: 1,
		source: 'sliders'
	};
	const holding = (reason: string): ArmReport => ({ ...ARMED, status: 'holding', reason });
	const LOST: ArmReport = { ...ARMED, status: 'lost' };

	it.each<[string, ArmReport, ArmReport, ReturnType<typeof armProblem>]>([
		['heat', ARMED, holding('overheat'), 'servo_overheat'],
		['heat while it parks', ARMED, { ...holding('overheat'), status: 'resting' }, 'servo_overheat'],
		['a supply that sags', ARMED, holding('voltage'), 'servo_voltage'],
		[
			'servos that had no power',
			ARMED,
			{ ...ARMED, status: 'disarmed', reason: 'went_limp' },
			'servo_voltage'
		],
		['the same once more', holding('voltage'), { ...holding('voltage'), epoch: 2 }, null],
		['one after the other', holding('voltage'), holding('overheat'), 'servo_overheat'],
		['a silent page: shown beside the arm, ends by itself', ARMED, holding('page_silent'), null],
		['all well again', holding('voltage'), ARMED, null],
		['a pulled cable', ARMED, LOST, 'port_lost'],
		['a cable that is still out', LOST, { ...LOST, epoch: 2 }, null]
	])('%s', (_, before, now, code) => {
		expect(armProblem(before, now)).toBe(code);
	});

	it.each<[string, ArmReport, boolean]>([
		['a pulled cable', LOST, true],
		['servos that had no power', { ...ARMED, status: 'disarmed', reason: 'went_limp' }, true],
		['a supply that sags', holding('voltage'), false],
		['a lock', { ...ARMED, status: 'disarmed' }, false]
	])('%s: ends a recording or not', (_, report, ends) => {
		expect(endsRecording(report)).toBe(ends);
	});
});
