// The one table of rules: who may do what to which row, and who may call which function for whom.
// Written by hand from the school model, in words of people and places; knows nothing of policies or SQL. The attacks are
// generated from the database's catalogue and judged by this. A table, column or function that is not named here fails them.
import type { Database } from '../../src/lib/server/database.types.js';
import {
	CLASS_NAMES,
	schoolOf,
	seatOf,
	type ClassName,
	type Person,
	type Row,
	type School
} from './world.js';

type Where = Pick<Row, 'school' | 'class' | 'seat' | 'user' | 'isShared'>;
type Rule = (person: Person, row: Where) => boolean;

const isStaffAccount = (person: Person): boolean => person.userId !== null && person.isAnonymous === false;

/** Schools a person belongs to today. c is in the bin: nobody does. */
export const belongs: Rule = ({ members, sits }, { school }) =>
	school !== 'c' &&
	(members.some((one) => one.school === school && !one.hasEnded) ||
		sits.some((at) => schoolOf(at.class) === school));

const isMember: Rule = (person, { school }) =>
	person.members.some((one) => one.school === school && !one.hasEnded);
const owns: Rule = (person, { school }) =>
	isStaffAccount(person) &&
	person.members.some((one) => one.school === school && one.role === 'owner' && !one.hasEnded);
const looksAfter: Rule = (person, row) =>
	row.class !== null &&
	isStaffAccount(person) &&
	(owns(person, row) || person.teaches.some((one) => one.class === row.class && !one.hasEnded));
const runs: Rule = (person, row) =>
	row.class !== null &&
	isStaffAccount(person) &&
	(owns(person, row) ||
		person.teaches.some((one) => one.class === row.class && one.role !== 'substitute' && !one.hasEnded));
const sitsThere: Rule = ({ sits }, row) => sits.some((at) => at.class === row.class && !at.waits);
const hasTheSeat: Rule = (person, row) =>
	sitsThere(person, row) && row.seat !== null && takenBy(person, row.seat);
const isOneself: Rule = ({ userId }, { user }) => userId !== null && user === userId;

const takenBy = ({ sits }: Person, seat: string): boolean =>
	sits.some((at) => !at.waits && seatOf(at.class, at.n) === seat);

const either =
	(...rules: readonly Rule[]): Rule =>
	(person, row) =>
		rules.some((rule) => rule(person, row));
const walled =
	(rule: Rule): Rule =>
	(person, row) =>
		belongs(person, row) && rule(person, row);

export type TableRules = {
	readonly select: Rule;
	readonly insert?: { readonly columns: readonly string[]; readonly rule: Rule };
	readonly update?: { readonly columns: readonly string[]; readonly rule: Rule };
	readonly delete?: Rule;
};

const ofTheClassItself: Rule = (person, row) => row.seat === null && looksAfter(person, row);
const inTheStoreRoom: Rule = (person, row) => row.class === null && owns(person, row);

/** A verb that is missing is refused to everybody, whatever the row. */
const tables = {
	schools: { select: walled((person, row) => isStaffAccount(person) && isMember(person, row)) },
	school_members: {
		select: walled((person, row) => owns(person, row) || (isStaffAccount(person) && isOneself(person, row)))
	},
	classrooms: {
		select: walled(either(looksAfter, sitsThere)),
		update: { columns: ['name', 'admit', 'nicknames_allowed'], rule: walled(runs) }
	},
	classroom_teachers: { select: walled(looksAfter) },
	join_codes: { select: walled(looksAfter) },
	seats: {
		select: walled(either(looksAfter, isOneself)),
		update: { columns: ['nickname'], rule: walled(looksAfter) }
	},
	lab_events: { select: walled(either(looksAfter, hasTheSeat)) },
	seat_progress: { select: walled(either(looksAfter, hasTheSeat)) },
	audit_log: { select: walled(owns) },
	servers: { select: walled(owns) },
	classroom_analytics: { select: walled(looksAfter) },
	trainings: { select: walled(either(looksAfter, hasTheSeat)) },
	ai_control_sessions: {
		select: walled(either(looksAfter, hasTheSeat)),
		insert: {
			columns: [
				'id',
				'school_id',
				'classroom_id',
				'seat_id',
				'data',
				'feedback',
				'rating',
				'duration_seconds'
			],
			rule: walled(hasTheSeat)
		},
		update: { columns: ['feedback', 'rating'], rule: walled(hasTheSeat) }
	},
	datasets: {
		select: walled(either(looksAfter, hasTheSeat)),
		insert: {
			columns: ['id', 'school_id', 'classroom_id', 'seat_id', 'name', 'episodes', 'frames', 'bytes', 'fps'],
			rule: walled(either(ofTheClassItself, hasTheSeat))
		},
		update: {
			columns: ['name', 'episodes', 'frames', 'bytes'],
			rule: walled(either(ofTheClassItself, hasTheSeat))
		},
		delete: walled(either(looksAfter, hasTheSeat))
	},
	policies: {
		select: walled(either(looksAfter, hasTheSeat, (person, row) => row.isShared && sitsThere(person, row))),
		insert: {
			columns: ['id', 'school_id', 'classroom_id', 'seat_id', 'name', 'model_type', 'bytes'],
			rule: walled(either(ofTheClassItself, hasTheSeat))
		},
		update: { columns: ['name', 'shared'], rule: walled(looksAfter) },
		delete: walled(either(looksAfter, hasTheSeat))
	},
	arms: {
		select: walled(either(looksAfter, inTheStoreRoom, sitsThere)),
		insert: {
			columns: ['id', 'school_id', 'classroom_id', 'name', 'kind'],
			rule: walled(either(looksAfter, inTheStoreRoom))
		},
		update: { columns: ['classroom_id', 'name', 'kind'], rule: walled(either(looksAfter, inTheStoreRoom)) },
		delete: walled(either(looksAfter, inTheStoreRoom))
	},
	notifications: {
		select: walled(isOneself),
		update: { columns: ['read_at'], rule: walled(isOneself) },
		delete: walled(isOneself)
	}
} satisfies Record<keyof Database['public']['Tables'], TableRules>;

export const TABLES: Readonly<Record<string, TableRules>> = tables;

/** Which people may see a whole relation that is no table of rows with owners. */
export const CLOSED_RELATIONS: readonly string[] = ['teacher_dashboard_stats'];

export type Target = { readonly class: ClassName; readonly school: School };
export const TARGETS: readonly Target[] = CLASS_NAMES.map((name) => ({
	class: name,
	school: schoolOf(name)
}));

/** ok: it is done; refused: 42501; a word: the answer's `error`. */
export type Outcome =
	'ok' | 'refused' | 'no_seat' | 'code_unknown' | 'code_expired' | 'seat_taken' | 'already_seated';

type Asked = (person: Person, target: Target) => Outcome;
const whole = ({ class: name, school }: Target): Where => ({
	school,
	class: name,
	seat: null,
	user: null,
	isShared: false
});
const need =
	(rule: Rule): Asked =>
	(person, target) =>
		belongs(person, whole(target)) && rule(person, whole(target)) ? 'ok' : 'refused';
const makesClasses: Rule = (person, row) =>
	isStaffAccount(person) &&
	person.members.some((one) => one.school === row.school && one.role !== 'substitute' && !one.hasEnded);
const signedIn = (person: Person): boolean => person.userId !== null;
const hasSeatOne: Rule = (person, { class: name }) =>
	person.sits.some((at) => at.class === name && at.n === 1);

/** Arguments are made in functions.test.ts; here stands who gets what. Seat 1 of the target's class is meant. */
const functions = {
	create_school: (person) => (isStaffAccount(person) ? 'ok' : 'refused'),
	create_classroom: need(makesClasses),
	set_classroom_state: need(looksAfter),
	issue_join_code: need(looksAfter),
	admit_seat: need(looksAfter),
	reset_seat: need(looksAfter),
	hold_class: need(looksAfter),
	class_board: need(looksAfter),
	erase_seat: need(runs),
	export_seat: need(either(runs, hasSeatOne)),
	verify_audit_log: need(owns),
	get_teacher_dashboard: (person) => (isStaffAccount(person) ? 'ok' : 'refused'),
	run_school_jobs: () => 'refused',
	// Oneself always; a pupil of a school in the bin gets an empty answer.
	get_user_training_stats: (person, target) =>
		hasSeatOne(person, whole(target)) ? 'ok' : need(looksAfter)(person, target),
	leave_seat: (person, target) => (hasSeatOne(person, whole(target)) ? 'ok' : 'refused'),
	look_up_class: (person, { school }) =>
		!signedIn(person) ? 'refused' : school === 'c' ? 'code_expired' : 'ok',
	// Asks for seat 4, which is free.
	claim_seat: (person, { class: name, school }) => {
		if (!signedIn(person)) return 'refused';
		if (school === 'c') return 'code_expired';
		return person.sits.some((at) => at.class === name) ? 'already_seated' : 'ok';
	},
	record_lab_events: (person, target) => {
		if (!signedIn(person)) return 'refused';
		return hasSeatOne(person, whole(target)) && belongs(person, whole(target)) ? 'ok' : 'no_seat';
	}
} satisfies Record<keyof Database['public']['Functions'], Asked>;

export const FUNCTIONS: Readonly<Record<string, Asked>> = functions;
