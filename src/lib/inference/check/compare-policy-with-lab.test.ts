import {
	POLICY_ASPECTS,
	POLICY_CHECK_REASONS,
	SO101,
	type PolicyCheckReason,
	type PolicyManifest,
	type PolicyVerdict
} from '$lib/contracts';
import { describe, expect, it } from 'vitest';
import { comparePolicyWithLab, policyVerdict, type LabFacts } from './compare-policy-with-lab';

const FILE = { path: 'x', bytes: 1, sha256: '0'.repeat(64) };
const joints = SO101.joints.map(({ name, unit }) => ({ name, unit }));

const manifest: PolicyManifest = {
	schema_version: 1,
	kind: 'onnx',
	name: 'Würfel',
	architecture: 'act',
	robot_type: 'so101_follower',
	joints,
	cameras: [
		{ name: 'top', width: 320, height: 240 },
		{ name: 'wrist', width: 320, height: 240 }
	],
	fps: 30,
	chunk_size: 20,
	n_action_steps: 10,
	files: { fp32: FILE, reference: FILE },
	training: {
		dataset: 'würfel',
		dataset_fingerprint: '',
		calibration_fingerprints: ['aaaaaaaa1', 'bbbbbbbb2'],
		simulated: false,
		task: 'Leg den Würfel ab',
		episodes: 50,
		frames: 15_000,
		steps: 1000,
		seconds: null,
		tool: 'lerobot 0.6.1',
		state_min: [-40, -90, -10, -20, -30, 0],
		state_max: [40, 60, 90, 90, 30, 100]
	},
	metrics: {},
	success: [],
	licence: 'apache-2.0',
	limits: ''
};

const lab: LabFacts = {
	robotType: 'so101_follower',
	joints,
	cameras: [
		{ name: 'wrist', size: { width: 640, height: 480 }, fps: 30 },
		{ name: 'top', size: { width: 320, height: 240 }, fps: 30 },
		{ name: 'side', size: { width: 320, height: 240 }, fps: 30 }
	],
	rateHz: 60,
	calibrationFingerprint: 'bbbbbbbb2',
	simulated: false,
	state: [0, 0, 0, 0, 0, 50],
	trainingPictures: { top: { width: 320, height: 240 }, wrist: { width: 320, height: 240 } }
};

const training = (change: Partial<PolicyManifest['training']>): Partial<PolicyManifest> => ({
	training: { ...manifest.training, ...change }
});
const top = (change: Partial<LabFacts['cameras'][number]>): Partial<LabFacts> => ({
	cameras: lab.cameras.map((camera) => (camera.name === 'top' ? { ...camera, ...change } : camera))
});
const swapped = [joints[1], joints[0], ...joints.slice(2)].flatMap((joint) => joint ?? []);

interface Case {
	readonly reason: PolicyCheckReason;
	readonly verdict: Exclude<PolicyVerdict, 'same'>;
	readonly policy?: Partial<PolicyManifest>;
	readonly lab?: Partial<LabFacts>;
	readonly joints?: readonly string[];
	readonly camera?: string;
}

/** One thing is changed; exactly one line may speak of it. */
const cases: readonly Case[] = [
	{ reason: 'kind_other', verdict: 'refuse', policy: { kind: 'remote' } },
	{ reason: 'kind_other', verdict: 'refuse', policy: { kind: 'weights' } },
	{ reason: 'robot_other', verdict: 'refuse', policy: { robot_type: 'koch_follower' } },
	{ reason: 'robot_other', verdict: 'refuse', policy: { robot_type: '' } },
	{ reason: 'robot_related', verdict: 'warn', policy: { robot_type: 'so100_follower' } },
	{
		reason: 'joints_other',
		verdict: 'refuse',
		policy: { joints: joints.slice(0, 5), ...training({ state_min: [], state_max: [] }) },
		joints: ['gripper']
	},
	{
		reason: 'joints_other',
		verdict: 'refuse',
		policy: { joints: [...joints.slice(0, 5), { name: 'claw', unit: 'percent' }] },
		joints: ['claw', 'gripper']
	},
	{
		reason: 'joints_other',
		verdict: 'refuse',
		// The same name twice is not the same set.
		policy: {
			joints: [...joints, { name: 'gripper', unit: 'percent' }],
			...training({ state_min: [], state_max: [] })
		},
		joints: []
	},
	{
		reason: 'joints_order',
		verdict: 'refuse',
		policy: { joints: swapped, ...training({ state_min: [], state_max: [] }) },
		joints: ['shoulder_lift', 'shoulder_pan']
	},
	{
		reason: 'joints_unit',
		verdict: 'refuse',
		policy: { joints: joints.map(({ name }) => ({ name, unit: 'degrees' })) },
		joints: ['gripper']
	},
	{
		reason: 'camera_missing',
		verdict: 'refuse',
		lab: { cameras: lab.cameras.filter(({ name }) => name !== 'wrist') },
		camera: 'wrist'
	},
	{ reason: 'camera_dark', verdict: 'refuse', lab: top({ size: null }), camera: 'top' },
	{ reason: 'camera_dark', verdict: 'refuse', lab: top({ size: { width: 0, height: 0 } }), camera: 'top' },
	{
		reason: 'camera_small',
		verdict: 'warn',
		lab: top({ size: { width: 160, height: 120 } }),
		camera: 'top'
	},
	{
		reason: 'camera_shape',
		verdict: 'warn',
		lab: top({ size: { width: 640, height: 360 } }),
		camera: 'top'
	},
	{
		reason: 'camera_upright',
		verdict: 'warn',
		lab: top({ size: { width: 480, height: 640 } }),
		camera: 'top'
	},
	{ reason: 'camera_slow', verdict: 'warn', lab: top({ fps: 15 }), camera: 'top' },
	{ reason: 'lab_slow', verdict: 'warn', lab: { rateHz: 20 } },
	{ reason: 'calibration_other', verdict: 'warn', lab: { calibrationFingerprint: 'cccccccc3' } },
	{ reason: 'calibration_unknown', verdict: 'warn', lab: { calibrationFingerprint: null } },
	{ reason: 'calibration_unknown', verdict: 'warn', policy: training({ calibration_fingerprints: [] }) },
	{ reason: 'simulated_for_real', verdict: 'refuse', policy: training({ simulated: true }) },
	{ reason: 'real_for_simulated', verdict: 'warn', lab: { simulated: true } },
	{
		reason: 'start_pose_new',
		verdict: 'warn',
		lab: { state: [70, 0, 0, 0, -60, 50] },
		joints: ['shoulder_pan', 'wrist_roll']
	}
];

describe('comparePolicyWithLab', () => {
	it('finds nothing between a policy and the lab it was made in, and has looked at everything', () => {
		const found = comparePolicyWithLab(manifest, lab);
		expect(policyVerdict(found)).toBe('same');
		expect(new Set(found.map(({ aspect }) => aspect))).toEqual(new Set(POLICY_ASPECTS));
		expect(found.filter(({ aspect }) => aspect === 'camera').map(({ camera }) => camera)).toEqual([
			'top',
			'wrist'
		]);
		expect(found.every(({ reason }) => reason === null)).toBe(true);
	});

	it.each(cases)('$reason is $verdict', ({ reason, verdict, policy, lab: facts, joints: named, camera }) => {
		const found = comparePolicyWithLab({ ...manifest, ...policy }, { ...lab, ...facts });
		const differing = found.filter((one) => one.verdict !== 'same');
		expect(differing.map((one) => [one.reason, one.verdict])).toEqual([[reason, verdict]]);
		expect(policyVerdict(found)).toBe(verdict);
		expect(differing[0]?.joints).toEqual(named ?? []);
		expect(differing[0]?.camera).toBe(camera ?? null);
	});

	it('has a case for every reason', () => {
		expect(new Set(cases.map(({ reason }) => reason))).toEqual(new Set(POLICY_CHECK_REASONS));
	});

	it('LeRobot says so_follower of an SO-100 and of an SO-101', () => {
		expect(policyVerdict(comparePolicyWithLab({ ...manifest, robot_type: 'so_follower' }, lab))).toBe('same');
	});

	it('asks no virtual arm for the calibration of another virtual arm', () => {
		const found = comparePolicyWithLab(
			{ ...manifest, ...training({ simulated: true, calibration_fingerprints: [] }) },
			{ ...lab, simulated: true, calibrationFingerprint: null }
		);
		expect(policyVerdict(found)).toBe('same');
	});

	it('learns nothing of a camera from a picture that was squeezed into a square', () => {
		const square = { width: 48, height: 48 };
		const cameras = [{ name: 'top', ...square }];
		const facts = { ...lab, trainingPictures: { top: square } };
		expect(policyVerdict(comparePolicyWithLab({ ...manifest, cameras }, facts))).toBe('same');
	});

	it('does not compare a start pose that nobody knows', () => {
		const unread = comparePolicyWithLab(manifest, { ...lab, state: null });
		expect(unread.find(({ aspect }) => aspect === 'start_pose')).toMatchObject({
			verdict: 'same',
			policy: '',
			lab: ''
		});
	});

	it('a joint may stand a little beyond what was shown', () => {
		expect(policyVerdict(comparePolicyWithLab(manifest, { ...lab, state: [43.9, 0, 0, 0, 0, 50] }))).toBe(
			'same'
		);
		expect(policyVerdict(comparePolicyWithLab(manifest, { ...lab, state: [44.1, 0, 0, 0, 0, 50] }))).toBe(
			'warn'
		);
	});
});
