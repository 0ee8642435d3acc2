// From a look's findings to the learner's words. A new kind without words does not compile.

import type { WhyKind, WhyPhase, WhyUnjudgedReason } from '$lib/contracts';
import { m } from '$lib/i18n';
import { formatNumber } from '../../format';
import { jointWord } from '../../joints';
import { cameraWord } from '../policy-words';
import type { WhyFindingView, WhyPictureView, WhyView } from './why-view';

type Words<Key extends string> = Readonly<Record<Key, () => string>>;

export const stepWords: Words<WhyView['step']> = {
	model: () => m.why_step_model(),
	answers: () => m.why_step_answers(),
	findings: () => m.why_step_findings()
};

export const phaseWords: Words<WhyPhase> = {
	still: () => m.why_phase_still(),
	moves_open: () => m.why_phase_moves_open(),
	moves_shut: () => m.why_phase_moves_shut(),
	shuts: () => m.why_phase_shuts(),
	opens: () => m.why_phase_opens(),
	moves: () => m.why_phase_moves(),
	by_hand: () => m.why_phase_by_hand()
};

export const unjudgedWords: Words<WhyUnjudgedReason> = {
	ranges_unknown: () => m.why_unjudged_ranges_unknown(),
	no_background: () => m.why_unjudged_no_background(),
	no_pictures: () => m.why_unjudged_no_pictures(),
	moves_along: () => m.why_unjudged_moves_along(),
	no_edges: () => m.why_unjudged_no_edges(),
	never_shut: () => m.why_unjudged_never_shut(),
	never_wanted: () => m.why_unjudged_never_wanted(),
	slow_run: () => m.why_unjudged_slow_run(),
	shut_by_hand: () => m.why_unjudged_shut_by_hand()
};

const kinds: Readonly<Record<WhyKind, (camera: string) => string>> = {
	start_unseen: () => m.why_kind_start(),
	camera_moved: (camera) => m.why_kind_camera({ camera }),
	gripper_late: () => m.why_kind_gripper()
};

/** What was looked at, such as "Start pose". */
export function kindWord({ kind, camera }: { kind: WhyKind; camera: string | null }): string {
	return kinds[kind](camera === null ? '' : cameraWord(camera));
}

const units = { degrees: '°', percent: '\u00a0%' } as const;
const inUnit = (value: number, unit: keyof typeof units, digits = 0): string =>
	`${formatNumber(value, digits)}${units[unit]}`;
const seconds = (value: number): string => formatNumber(value, 1);
const percent = (share: number): string => formatNumber(100 * share, 1);

export function findingTitle(finding: WhyFindingView): string {
	switch (finding.kind) {
		case 'start_unseen':
			return m.why_start_title();
		case 'camera_moved':
			return m.why_camera_title({ camera: cameraWord(finding.camera) });
		case 'gripper_late':
			return m.why_gripper_title();
	}
}

/** One sentence per measured number. */
export function findingSentences(finding: WhyFindingView): readonly string[] {
	switch (finding.kind) {
		case 'start_unseen':
			return [
				...finding.beyond.map(({ joint, unit, value, low, high }) =>
					m.why_start_joint({
						joint: jointWord(joint),
						value: inUnit(value, unit),
						low: inUnit(low, unit),
						high: inUnit(high, unit)
					})
				),
				...(finding.nearest === null
					? []
					: [
							m.why_start_nearest({
								distance: inUnit(finding.nearest.distance, 'degrees'),
								limit: inUnit(finding.nearest.limit, 'degrees')
							})
						])
			];
		case 'camera_moved':
			return [
				finding.share === null
					? m.why_camera_other({ levels: formatNumber(finding.apartLevels) })
					: m.why_camera_share({ share: percent(finding.share), limit: percent(finding.limitShare) })
			];
		case 'gripper_late': {
			const facts = {
				expected: seconds(finding.expectedS),
				happened: seconds(finding.happenedS),
				lag: seconds(finding.lagS),
				limit: seconds(finding.limitS)
			};
			return [finding.who === 'arm' ? m.why_gripper_arm(facts) : m.why_gripper_policy(facts)];
		}
	}
}

export function pictureCaption({ role, atS }: WhyPictureView): string {
	const at = atS === null ? '' : seconds(atS);
	switch (role) {
		case 'training':
			return m.why_picture_training();
		case 'now':
			return m.why_picture_now();
		case 'overlay':
			return m.why_picture_overlay();
		case 'expected':
			return m.why_picture_expected({ at });
		case 'happened':
			return m.why_picture_happened({ at });
	}
}
