// Runs while pages are prerendered and for server routes; headers are the server entry's work. Gives each request its own
// database clients, made when first asked for: prerendered pages never ask.
import { building } from '$app/environment';
import { localizeHref } from '$lib/i18n';
import { localized } from '$lib/i18n/server';
import {
	createSchoolClient,
	forgetRole,
	schoolSettings,
	signOut,
	verifiedPerson,
	type Person,
	type Role
} from '$lib/server';
import { error, json, redirect, type Handle, type RequestEvent } from '@sveltejs/kit';

/** Routes that mean nothing without the school part. */
const OF_SCHOOL = /\/\((class|account)\)\/|^\/api\/(class\/|events$)/;

function bindLocals(event: RequestEvent): void {
	const clients = new Map<Role, ReturnType<typeof createSchoolClient>>();
	const people = new Map<Role, Promise<Person | null>>();
	const { cookies, url } = event;
	const jar = {
		getAll: () => cookies.getAll(),
		set: (name: string, value: string, flags: Parameters<typeof cookies.set>[2]) =>
			cookies.set(name, value, flags)
	};
	const school = (role: Role): ReturnType<typeof createSchoolClient> => {
		const settings = schoolSettings();
		if (settings === null) error(503);
		const client = clients.get(role) ?? createSchoolClient(settings, role, jar, url.protocol === 'https:');
		clients.set(role, client);
		return client;
	};
	const person = (role: Role): Promise<Person | null> => {
		const known = people.get(role) ?? verifiedPerson(school(role));
		people.set(role, known);
		return known;
	};
	const leave = (role: Role): Promise<void> =>
		signOut(school(role), () => forgetRole(role, jar, url.protocol === 'https:'));
	Object.assign(event.locals, { school, person, leave });
}

export const handle: Handle = ({ event, resolve }) =>
	localized(event.request, async ({ request, locale }) => {
		event.request = request;
		bindLocals(event);
		const ofSchool = OF_SCHOOL.test(event.route.id ?? '');
		if (ofSchool && !building && schoolSettings() === null) {
			if (event.route.id?.startsWith('/api/') === true)
				return json({ problem: 'unreachable' }, { status: 503 });
			redirect(303, localizeHref('/classroom?school=missing'));
		}
		const response = await resolve(event, {
			transformPageChunk: ({ html }) => html.replace('%lang%', locale)
		});
		if (ofSchool) {
			// What a person sees of a class is nobody else's, and no other site may frame it.
			if (!response.headers.has('cache-control')) response.headers.set('cache-control', 'private, no-store');
			const policy = response.headers.get('content-security-policy');
			if (policy !== null)
				response.headers.set('content-security-policy', `${policy}; frame-ancestors 'none'`);
		}
		return response;
	});
