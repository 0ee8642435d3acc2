// The backend the contract suite asks: a fresh embedded one, or a hosted project named by HOSTED_URL, HOSTED_PUBLISHABLE_KEY and
// HOSTED_SECRET_KEY. People it makes there, it removes.
import { createClient } from '@supabase/supabase-js';
import { freshStack } from '../fresh-stack.mjs';

export interface Target {
	readonly url: string;
	readonly publishableKey: string;
	readonly secretKey: string;
	readonly isHosted: boolean;
	/** Without a session; each call its own. */
	client(): Client;
	admin(): Client;
	stop(): Promise<void>;
}

/** Node 20 has no WebSocket of its own, and supabase-js wants one though nothing here listens for changes. */
export const noSocket = function NoSocket(): void {
	throw new Error('realtime is not used');
} as never;

export type Client = ReturnType<typeof clientOf>;

// Its type is left to the library, whose defaults differ from those of the class.
export function clientOf(url: string, key: string) {
	return createClient(url, key, {
		auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
		realtime: { transport: noSocket }
	});
}

export async function openTarget(): Promise<Target> {
	const hosted = process.env['HOSTED_URL'] ?? '';
	const stack =
		hosted === ''
			? await freshStack({ migrations: [] })
			: {
					url: hosted,
					publishableKey: process.env['HOSTED_PUBLISHABLE_KEY'] ?? '',
					secretKey: process.env['HOSTED_SECRET_KEY'] ?? '',
					stop: () => Promise.resolve()
				};
	const { url, publishableKey, secretKey } = stack;
	return {
		url,
		publishableKey,
		secretKey,
		isHosted: hosted !== '',
		client: () => clientOf(url, publishableKey),
		admin: () => clientOf(url, secretKey),
		stop: () => stack.stop()
	};
}
