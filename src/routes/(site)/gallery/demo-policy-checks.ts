// Made-up checks before torque: nothing found, one thing, one thing of every kind.

import { POLICY_CHECK_REASONS, type PolicyCheckReason, type PolicyComparison } from '$lib/contracts';
import type { PolicyCheckView } from '$lib/ui/policies';

const SIDES: Partial<Record<PolicyCheckReason, Partial<PolicyComparison>>> = {
	robot_other: { policy: 'koch_follower', lab: 'so101_follower' },
	robot_related: { policy: 'so100_follower', lab: 'so101_follower' },
	joints_other: { policy: 'shoulder_pan, claw', joints: ['claw'] },
	joints_order: { joints: ['shoulder_pan', 'shoulder_lift'] },
	joints_unit: { joints: ['gripper'] },
	camera_small: { policy: '320 × 240', lab: '160 × 120' },
	camera_shape: { policy: '320 × 240', lab: '640 × 360' },
	lab_slow: { policy: '30', lab: '20' },
	start_pose_new: { joints: ['shoulder_pan', 'wrist_roll'] }
};
const REFUSED: readonly PolicyCheckReason[] = [
	'kind_other',
	'robot_other',
	'joints_other',
	'joints_order',
	'joints_unit',
	'camera_missing',
	'camera_dark',
	'simulated_for_real'
];

function aspectOf(reason: PolicyCheckReason): PolicyComparison['aspect'] {
	if (reason.startsWith('camera')) return 'camera';
	if (reason.startsWith('robot')) return 'robot';
	if (reason.startsWith('calibration')) return 'calibration';
	if (reason === 'joints_unit') return 'units';
	if (reason.startsWith('joints')) return 'joints';
	if (reason === 'kind_other') return 'kind';
	if (reason === 'lab_slow') return 'fps';
	return reason === 'start_pose_new' ? 'start_pose' : 'world';
}

function differing(reason: PolicyCheckReason): PolicyComparison {
	return {
		aspect: aspectOf(reason),
		verdict: REFUSED.includes(reason) ? 'refuse' : 'warn',
		reason,
		camera: reason.startsWith('camera') ? 'wrist' : null,
		joints: [],
		policy: '',
		lab: '',
		...SIDES[reason]
	};
}

const alike: PolicyComparison = {
	aspect: 'robot',
	verdict: 'same',
	reason: null,
	camera: null,
	joints: [],
	policy: 'so101_follower',
	lab: 'so101_follower'
};

/** Checks that find nothing, one thing, and one thing of every kind. */
export function checkViews(): { id: string; view: PolicyCheckView }[] {
	const cameras = [{ name: 'top', trainingUrl: null }];
	return [
		{ id: 'same', view: { comparisons: [alike, { ...alike, aspect: 'fps' }], verdict: 'same', cameras } },
		{
			id: 'warn',
			view: { comparisons: [alike, differing('start_pose_new')], verdict: 'warn', cameras }
		},
		{
			id: 'every-warning',
			view: {
				comparisons: POLICY_CHECK_REASONS.filter((reason) => !REFUSED.includes(reason))
					// One line per aspect and camera, as the check makes them.
					.filter((reason, at, all) => all.findIndex((one) => aspectOf(one) === aspectOf(reason)) === at)
					.map(differing),
				verdict: 'warn',
				cameras: []
			}
		},
		...REFUSED.map((reason) => ({
			id: `refuse-${reason}`,
			view: { comparisons: [alike, differing(reason)], verdict: 'refuse' as const, cameras: [] }
		}))
	];
}
