// Doors of pages and routes: who may go on, and where the others go. Knows Kit's redirects; the database decides again for
// every row.

import { error, redirect } from '@sveltejs/kit';
import type { Person } from './people';

/** A teacher who is signed in; anybody else comes back here after signing in. */
export async function teacherOnly(
	person: (role: 'teacher') => Promise<Person | null>,
	loginPath: string,
	here: string
): Promise<Person> {
	const teacher = await person('teacher');
	if (teacher !== null && !teacher.isAnonymous) return teacher;
	redirect(303, `${loginPath}?next=${encodeURIComponent(here)}`);
}

/** Only a path of this origin is a place to go on to. */
export function safeNext(next: string | null, fallback: string): string {
	return next !== null && /^\/(?![/\\])[\w\-./?=&%]*$/.test(next) ? next : fallback;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Answers 404 for what cannot be an id, before the database is asked. */
export function uuidOr404(value: string | null | undefined): string {
	if (value === null || value === undefined || !UUID.test(value)) error(404);
	return value;
}
