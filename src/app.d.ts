import type { Person, Role, SchoolClient } from '$lib/server';

declare global {
	/** Name of this build; see server/build-id.js. */
	const __BUILD__: string;

	namespace App {
		interface Locals {
			/** The database as this request's teacher or pupil sees it; throws 503 where this server has no school part. */
			readonly school: (role: Role) => SchoolClient;
			/** Who that is, verified; asked once per request. null: nobody. */
			readonly person: (role: Role) => Promise<Person | null>;
			/** Ends this browser's session in that role, whether the auth service answers or not. */
			readonly leave: (role: Role) => Promise<void>;
		}
		interface PageState {
			readonly panel?: string;
		}
	}
}
