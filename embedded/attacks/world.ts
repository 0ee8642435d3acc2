// Two schools and one in the bin, the people around them, and one row of everything in every place.
// What each person should be able to do is written down here as plain facts, not read from the database: the rules
// (rules.ts) are judged against these. Ids carry their school in the first eight digits, so a leak can be seen by eye.
import type { Sql, TransactionSql } from 'postgres';

export type School = 'a' | 'b' | 'c';
export type ClassName = 'a1' | 'a2' | 'b1' | 'c1';

const PREFIX = { a: 'aaaaaaaa', b: 'bbbbbbbb', c: 'cccccccc', none: 'dddddddd' } as const;

/** A fixed id; `kind` is two hexadecimal digits, `n` tells rows of a kind apart. */
export function idOf(school: School | 'none', kind: string, n: number): string {
	return `${PREFIX[school]}-00${kind}-4000-8000-${String(n).padStart(12, '0')}`;
}

export const SCHOOL = { a: idOf('a', '01', 1), b: idOf('b', '01', 1), c: idOf('c', '01', 1) } as const;
export const CLASS = {
	a1: idOf('a', '02', 1),
	a2: idOf('a', '02', 2),
	b1: idOf('b', '02', 1),
	c1: idOf('c', '02', 1)
} as const;
export const CLASS_NAMES = Object.keys(CLASS) as ClassName[];
export const schoolOf = (name: ClassName): School => name[0] as School;

/** Seats 1 and 2 of each class are taken, 3 waits, 4 is free. */
export const seatOf = (name: ClassName, n: number): string =>
	idOf(schoolOf(name), '03', Number(name[1]) * 10 + n);
export const CODE: Record<ClassName, string> = {
	a1: 'AAAA2222',
	a2: 'AAAA3333',
	b1: 'BBBB2222',
	c1: 'CCCC2222'
};

export type Member = { readonly school: School; readonly role: string; readonly hasEnded?: true };
export type Teaches = { readonly class: ClassName; readonly role: string; readonly hasEnded?: true };
export type Sits = { readonly class: ClassName; readonly n: number; readonly waits?: true };

export type Person = {
	readonly name: string;
	/** null: nobody is signed in. */
	readonly userId: string | null;
	/** What the token says; undefined: it does not say. */
	readonly isAnonymous: boolean | undefined;
	readonly members: readonly Member[];
	readonly teaches: readonly Teaches[];
	readonly sits: readonly Sits[];
};

let count = 0;
function person(
	name: string,
	isAnonymous: boolean | undefined,
	facts: Partial<Pick<Person, 'members' | 'teaches' | 'sits'>>
): Person {
	count += 1;
	const homes = new Set([
		...(facts.members ?? []).map(({ school }) => school),
		...(facts.sits ?? []).map((at) => schoolOf(at.class))
	]);
	// Who belongs to two schools shows in both: that id is no leak.
	const home = homes.size === 1 ? ([...homes][0] ?? 'none') : 'none';
	return { name, userId: idOf(home, '09', count), isAnonymous, members: [], teaches: [], sits: [], ...facts };
}

const teacher = (school: School, ...classes: ClassName[]): Pick<Person, 'members' | 'teaches'> => ({
	members: [{ school, role: 'teacher' }],
	teaches: classes.map((name) => ({ class: name, role: 'teacher' }))
});

export const PEOPLE: readonly Person[] = [
	{ name: 'anon', userId: null, isAnonymous: undefined, members: [], teaches: [], sits: [] },
	person('nobody', false, {}),
	person('guest', true, {}),
	person('owner_a', false, { members: [{ school: 'a', role: 'owner' }] }),
	person('teacher_a1', false, teacher('a', 'a1')),
	person('teacher_a2', false, teacher('a', 'a2')),
	person('idle_a', false, teacher('a')),
	person('substitute_a1', false, {
		members: [{ school: 'a', role: 'substitute' }],
		teaches: [{ class: 'a1', role: 'substitute' }]
	}),
	// The class is over for this one, the school is not yet.
	person('substitute_ended', false, {
		members: [{ school: 'a', role: 'substitute' }],
		teaches: [{ class: 'a1', role: 'substitute', hasEnded: true }]
	}),
	// Has left the school; the class list was forgotten. Only the wall stands in the way.
	person('left_a1', false, {
		members: [{ school: 'a', role: 'teacher', hasEnded: true }],
		teaches: [{ class: 'a1', role: 'teacher' }]
	}),
	person('owner_left_a', false, { members: [{ school: 'a', role: 'owner', hasEnded: true }] }),
	// The class is over for one who runs it, the school is not.
	person('teacher_ended_a1', false, {
		members: [{ school: 'a', role: 'teacher' }],
		teaches: [{ class: 'a1', role: 'teacher', hasEnded: true }]
	}),
	// Was the owner, and sits in a class as a pupil now: the wall lets such a person in, the old office must not count.
	person('owner_turned_pupil', false, {
		members: [{ school: 'a', role: 'owner', hasEnded: true }],
		sits: [{ class: 'a2', n: 2 }]
	}),
	// Anonymous accounts somebody put on the lists of staff, and a token that does not say.
	person('anonymous_teacher_a1', true, teacher('a', 'a1')),
	person('anonymous_owner_a', true, { members: [{ school: 'a', role: 'owner' }] }),
	person('claimless_owner_a', undefined, { members: [{ school: 'a', role: 'owner' }] }),
	person('pupil_a1', true, { sits: [{ class: 'a1', n: 1 }] }),
	person('pupil_a1_other', true, { sits: [{ class: 'a1', n: 2 }] }),
	person('pupil_a1_waiting', true, { sits: [{ class: 'a1', n: 3, waits: true }] }),
	// A pupil who made a real account.
	person('pupil_a2_grown', false, { sits: [{ class: 'a2', n: 1 }] }),
	person('owner_b', false, { members: [{ school: 'b', role: 'owner' }] }),
	person('teacher_b1', false, teacher('b', 'b1')),
	person('pupil_b1', true, { sits: [{ class: 'b1', n: 1 }] }),
	person('pupil_b1_other', true, { sits: [{ class: 'b1', n: 2 }] }),
	person('owner_c', false, {
		members: [{ school: 'c', role: 'owner' }],
		teaches: [{ class: 'c1', role: 'teacher' }]
	}),
	person('pupil_c1', true, { sits: [{ class: 'c1', n: 1 }] }),
	// Teaches in both schools: each row must still be judged by its own.
	person('teacher_a1_b1', false, {
		members: [
			{ school: 'a', role: 'teacher' },
			{ school: 'b', role: 'teacher' }
		],
		teaches: [
			{ class: 'a1', role: 'teacher' },
			{ class: 'b1', role: 'teacher' }
		]
	})
];

export const personNamed = (name: string): Person => {
	const found = PEOPLE.find((one) => one.name === name);
	if (found === undefined) throw new Error(`no person ${name}`);
	return found;
};

/** Claims of the token that person would hold. */
export function claimsOf({ userId, isAnonymous }: Person): Record<string, unknown> {
	const now = Math.floor(Date.now() / 1000);
	return {
		sub: userId,
		aud: 'authenticated',
		role: 'authenticated',
		iat: now,
		exp: now + 7200,
		...(isAnonymous === undefined ? {} : { is_anonymous: isAnonymous })
	};
}

export type Row = {
	readonly table: string;
	/** Columns that name it. */
	readonly key: Readonly<Record<string, string>>;
	readonly values: Readonly<Record<string, unknown>>;
	readonly school: School;
	readonly class: ClassName | null;
	/** The seat's owner, by place in the class; null: nobody's. */
	readonly seat: string | null;
	readonly user: string | null;
	readonly isShared: boolean;
};

type Place = { readonly class: ClassName; readonly seat: number | null };
const PLACES: readonly Place[] = CLASS_NAMES.flatMap((name) => [
	{ class: name, seat: null },
	{ class: name, seat: 1 },
	{ class: name, seat: 2 },
	// The seat of somebody who waits at the door: what was done there before is not theirs yet.
	{ class: name, seat: 3 }
]);

const KIND: Record<string, string> = {
	datasets: '10',
	trainings: '11',
	policies: '12',
	ai_control_sessions: '13',
	lab_events: '14',
	arms: '15',
	servers: '16',
	notifications: '17'
};

/** What a row of that table needs besides its place. */
export function contentsOf(table: string, taint: string): Record<string, unknown> {
	switch (table) {
		case 'datasets':
			return { name: `Data ${taint}` };
		case 'trainings':
			return { model_type: 'ACT' };
		case 'policies':
			return { name: `Policy ${taint}`, model_type: 'ACT' };
		case 'ai_control_sessions':
			return { feedback: `Feedback ${taint}` };
		case 'arms':
			return { name: `Arm ${taint}` };
		default:
			return {};
	}
}

function rowsOfWork(): Row[] {
	const rows: Row[] = [];
	for (const table of ['datasets', 'trainings', 'policies', 'ai_control_sessions', 'lab_events'])
		for (const { class: name, seat } of PLACES) {
			if (seat === null && (table === 'ai_control_sessions' || table === 'lab_events')) continue;
			const school = schoolOf(name);
			const id = idOf(school, KIND[table] ?? '', Number(name[1]) * 10 + (seat ?? 0));
			const seatId = seat === null ? null : seatOf(name, seat);
			const isShared = table === 'policies' && seat === 2;
			rows.push({
				table,
				key: { id },
				values: {
					id,
					school_id: SCHOOL[school],
					classroom_id: CLASS[name],
					seat_id: seatId,
					...contentsOf(table, `of ${name}`),
					...(table === 'policies' ? { shared: isShared } : {}),
					...(table === 'lab_events'
						? {
								device_id: idOf(school, '20', 1),
								seq: 1,
								kind: 'episode_sealed',
								happened_at: '2026-11-01T10:00:00Z'
							}
						: {})
				},
				school,
				class: name,
				seat: seatId,
				user: null,
				isShared
			});
		}
	return rows;
}

const plain = { class: null, seat: null, user: null, isShared: false } as const;

function rowsOfSchools(): Row[] {
	const rows: Row[] = [];
	for (const school of ['a', 'b', 'c'] as const) {
		const id = SCHOOL[school];
		const made = { id, name: `School ${school}`, closed_at: school === 'c' ? '2026-11-01T00:00:00Z' : null };
		rows.push({ ...plain, table: 'schools', key: { id }, values: made, school });
		const server = idOf(school, '16', 1);
		rows.push({
			...plain,
			table: 'servers',
			key: { id: server },
			values: { id: server, school_id: id },
			school
		});
		const stored = idOf(school, '15', 90);
		const arm = { id: stored, school_id: id, name: 'Arm in the store room' };
		rows.push({ ...plain, table: 'arms', key: { id: stored }, values: arm, school });
	}
	for (const name of CLASS_NAMES) {
		const school = schoolOf(name);
		const [id, place] = [CLASS[name], { ...plain, school, class: name }];
		const both = { school_id: SCHOOL[school], classroom_id: id };
		rows.push({
			...place,
			table: 'classrooms',
			key: { id },
			values: { id, school_id: SCHOOL[school], name: `Class ${name}` }
		});
		const code = idOf(school, '04', Number(name[1]));
		const expires = '2099-01-01T00:00:00Z';
		rows.push({
			...place,
			table: 'join_codes',
			key: { id: code },
			values: { id: code, ...both, code: CODE[name], expires_at: expires }
		});
		const arm = idOf(school, '15', Number(name[1]));
		rows.push({
			...place,
			table: 'arms',
			key: { id: arm },
			values: { id: arm, ...both, name: `Arm of ${name}` }
		});
		const day = { classroom_id: id, day: '2026-11-01' };
		rows.push({ ...place, table: 'classroom_analytics', key: day, values: { ...both, day: '2026-11-01' } });
		for (const n of [1, 2, 3, 4]) {
			const seat = seatOf(name, n);
			const user = PEOPLE.find(({ sits }) => sits.some((at) => at.class === name && at.n === n));
			const waits = user?.sits.some((at) => at.class === name && at.waits) ?? false;
			const values = {
				id: seat,
				...both,
				animal: 'fox',
				color: ['blue', 'orange', 'green', 'pink'][n - 1],
				place: n,
				state: user === undefined ? 'free' : waits ? 'waiting' : 'claimed',
				user_id: user?.userId ?? null
			};
			rows.push({ ...place, table: 'seats', key: { id: seat }, values, seat, user: user?.userId ?? null });
			if (n < 4)
				// Made by the trigger on lab_events.
				rows.push({ ...place, table: 'seat_progress', key: { seat_id: seat }, values: {}, seat });
		}
	}
	return rows;
}

function rowsOfPeople(): Row[] {
	const rows: Row[] = [];
	for (const { userId, members, teaches, sits } of PEOPLE) {
		if (userId === null) continue;
		for (const { school, role, hasEnded } of members) {
			const key = { school_id: SCHOOL[school], user_id: userId };
			const ends = hasEnded ? '2026-01-01T00:00:00Z' : role === 'substitute' ? '2099-01-01T00:00:00Z' : null;
			rows.push({
				...plain,
				table: 'school_members',
				key,
				values: { ...key, role, ends_at: ends },
				school,
				user: userId
			});
		}
		for (const { class: name, role, hasEnded } of teaches) {
			const key = { classroom_id: CLASS[name], user_id: userId };
			const school = schoolOf(name);
			const ends = hasEnded ? '2026-01-01T00:00:00Z' : role === 'substitute' ? '2099-01-01T00:00:00Z' : null;
			const values = { ...key, school_id: SCHOOL[school], role, ends_at: ends };
			rows.push({ ...plain, table: 'classroom_teachers', key, values, school, class: name, user: userId });
		}
		const homes = new Set([...members.map(({ school }) => school), ...sits.map((at) => schoolOf(at.class))]);
		for (const school of homes) {
			const id = idOf(school, '17', rows.length + 1);
			const values = { id, school_id: SCHOOL[school], user_id: userId, kind: 'training_done' };
			rows.push({ ...plain, table: 'notifications', key: { id }, values, school, user: userId });
		}
	}
	return rows;
}

/** Every row there is, but those of audit_log, which write themselves. Parents come before children. */
export const ROWS: readonly Row[] = (() => {
	const order = ['schools', 'school_members', 'classrooms', 'classroom_teachers', 'join_codes', 'seats'];
	const rank = (table: string) => (order.includes(table) ? order.indexOf(table) : order.length);
	return [...rowsOfSchools(), ...rowsOfPeople(), ...rowsOfWork()].sort(
		(x, y) => rank(x.table) - rank(y.table)
	);
})();

/** Fills an empty database. `sql` is the superuser's. */
export async function fill(sql: Sql | TransactionSql): Promise<void> {
	const users = PEOPLE.filter(({ userId }) => userId !== null).map(({ userId, name, isAnonymous }) => ({
		id: userId,
		email: isAnonymous ? null : `${name}@example.org`,
		is_anonymous: isAnonymous ?? false
	}));
	await sql`insert into auth.users ${sql(users)}`;
	for (const { table, values } of ROWS)
		if (Object.keys(values).length > 0)
			await sql`insert into ${sql(`public.${table}`)} ${sql(values as Record<string, string>)}`;
}
