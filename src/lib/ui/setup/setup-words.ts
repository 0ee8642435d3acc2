// From what can go wrong while a motor is set up to the learner's words.

import { m } from '$lib/i18n';
import { SETUP_PROBLEMS, type SetupProblemCode } from './setup-view';

interface ProblemWords {
	readonly title: () => string;
	readonly what: () => string;
	readonly next: () => string;
}

const words: Readonly<Record<SetupProblemCode, ProblemWords>> = {
	no_motor: {
		title: () => m.setup_problem_none_title(),
		what: () => m.setup_problem_none_what(),
		next: () => m.setup_problem_none_next()
	},
	several_motors: {
		title: () => m.setup_problem_several_title(),
		what: () => m.setup_problem_several_what(),
		next: () => m.setup_problem_several_next()
	},
	wrong_model: {
		title: () => m.setup_problem_model_title(),
		what: () => m.setup_problem_model_what(),
		next: () => m.setup_problem_model_next()
	},
	voltage: {
		title: () => m.setup_problem_voltage_title(),
		what: () => m.setup_problem_voltage_what(),
		next: () => m.setup_problem_voltage_next()
	},
	mixed_voltage: {
		title: () => m.setup_problem_mixed_title(),
		what: () => m.setup_problem_mixed_what(),
		next: () => m.setup_problem_mixed_next()
	},
	same_motor: {
		title: () => m.setup_problem_same_title(),
		what: () => m.setup_problem_same_what(),
		next: () => m.setup_problem_same_next()
	},
	port_lost: {
		title: () => m.setup_problem_lost_title(),
		what: () => m.setup_problem_lost_what(),
		next: () => m.setup_problem_lost_next()
	},
	motor_lost: {
		title: () => m.setup_problem_motor_lost_title(),
		what: () => m.setup_problem_motor_lost_what(),
		next: () => m.setup_problem_motor_lost_next()
	},
	setting_refused: {
		title: () => m.setup_problem_refused_title(),
		what: () => m.setup_problem_refused_what(),
		next: () => m.setup_problem_refused_next()
	}
};

const general: ProblemWords = {
	title: () => m.setup_problem_title(),
	what: () => m.setup_problem_what(),
	next: () => m.setup_problem_next()
};

/** Words of a code of SETUP_PROBLEMS, or the general ones. */
export function setupProblemWords(code: string): ProblemWords {
	const known = SETUP_PROBLEMS.find((name) => name === code);
	return known ? words[known] : general;
}
