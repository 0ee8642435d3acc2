// From the names of roles and faults to the learner's words. A new fault without words does not compile.
import { m } from '$lib/i18n';
import type { CameraRoleName, CamerasTrouble, CameraTrouble } from './cameras-view';

interface Advice {
	readonly what: () => string;
	readonly next: () => string;
}

export const roleWords: Readonly<Record<CameraRoleName, () => string>> = {
	top: () => m.camera_top(),
	wrist: () => m.camera_wrist(),
	side: () => m.camera_side()
};

export const camerasTroubleWords: Readonly<Record<CamerasTrouble, Advice>> = {
	unsupported: {
		what: () => m.camera_problem_unsupported_title(),
		next: () => m.camera_problem_unsupported_next()
	},
	denied: { what: () => m.camera_problem_denied_title(), next: () => m.camera_problem_denied_next() },
	none: { what: () => m.camera_problem_none_title(), next: () => m.camera_problem_none_next() },
	failed: { what: () => m.camera_problem_failed_title(), next: () => m.camera_problem_failed_next() }
};

export const cameraTroubleWords: Readonly<Record<CameraTrouble, Advice>> = {
	missing: { what: () => m.camera_trouble_missing_what(), next: () => m.camera_trouble_missing_next() },
	busy: { what: () => m.camera_trouble_busy_what(), next: () => m.camera_trouble_busy_next() },
	failed: { what: () => m.camera_trouble_failed_what(), next: () => m.camera_trouble_failed_next() },
	ambiguous: { what: () => m.camera_trouble_ambiguous_what(), next: () => m.camera_trouble_ambiguous_next() },
	changed: { what: () => m.camera_trouble_changed_what(), next: () => m.camera_trouble_changed_next() },
	unplugged: { what: () => m.camera_trouble_unplugged_what(), next: () => m.camera_trouble_unplugged_next() },
	frozen: { what: () => m.camera_trouble_frozen_what(), next: () => m.camera_trouble_frozen_next() },
	black: { what: () => m.camera_trouble_black_what(), next: () => m.camera_trouble_black_next() },
	slow: { what: () => m.camera_trouble_slow_what(), next: () => m.camera_trouble_slow_next() },
	dim: { what: () => m.camera_trouble_dim_what(), next: () => m.camera_trouble_dim_next() },
	swapped: { what: () => m.camera_trouble_swapped_what(), next: () => m.camera_trouble_swapped_next() }
};
