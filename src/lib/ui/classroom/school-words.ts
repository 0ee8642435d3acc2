// Words of the school: why something was refused, what an animal and a colour are called, what a lab does. `satisfies`
// makes a problem without words a type error.

import { m } from '$lib/i18n';
import type { PresenceState, SchoolProblem } from '$lib/contracts';

export const schoolProblemWords = {
	unreachable: () => m.school_problem_unreachable(),
	not_allowed: () => m.school_problem_not_allowed(),
	invalid: () => m.school_problem_invalid(),
	wrong_login: () => m.school_problem_wrong_login(),
	email_taken: () => m.school_problem_email_taken(),
	weak_password: () => m.school_problem_weak_password(),
	confirm_email: () => m.school_problem_confirm_email(),
	code_unknown: () => m.school_problem_code_unknown(),
	seat_taken: () => m.school_problem_seat_taken(),
	already_seated: () => m.school_problem_already_seated(),
	class_closed: () => m.school_problem_class_closed(),
	seat_limit: () => m.school_problem_seat_limit(),
	too_many_tries: () => m.school_problem_too_many_tries()
} satisfies Record<SchoolProblem, () => string>;

export const presenceWords = {
	looking: () => m.presence_looking(),
	connected: () => m.presence_connected(),
	driving: () => m.presence_driving(),
	recording: () => m.presence_recording(),
	model_drives: () => m.presence_model_drives(),
	stopped: () => m.presence_stopped()
} satisfies Record<PresenceState, () => string>;
