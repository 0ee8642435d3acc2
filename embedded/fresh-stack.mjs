// A whole backend for one test file: a fresh database, the real PostgREST, the auth gateway. Same address and keys as a hosted
// project would give.
import { freshDatabase } from './fresh.mjs';
import { startGateway } from './gateway/server.mjs';
import { jwksOf, newSecrets, signToken } from './keys.mjs';
import { startPostgrest } from './postgrest.mjs';

/**
 * @typedef {{
 *   url: string, publishableKey: string, secretKey: string, listenUrl: string,
 *   database: import('./fresh.mjs').FreshDatabase,
 *   secrets: import('./keys.mjs').Secrets,
 *   mintToken: (claims: Record<string, unknown>) => string,
 *   stop: () => Promise<void>
 * }} FreshStack `mintToken` signs any claims for an hour, over those of an ordinary person; for attacks and speed
 */

/**
 * @param {Parameters<typeof freshDatabase>[0] & { isAutoconfirmed?: boolean, log?: (line: string) => void }} [options]
 * @returns {Promise<FreshStack>}
 */
export async function freshStack({ isAutoconfirmed = true, log = () => undefined, ...options } = {}) {
	const database = await freshDatabase(options);
	const secrets = newSecrets();
	const rest = await startPostgrest({
		binaries: database.binaries,
		databaseUrl: database.url('authenticator'),
		jwks: jwksOf(secrets)
	});
	const gateway = await startGateway({
		secrets,
		authUrl: database.url('supabase_auth_admin'),
		restUrl: () => rest.url,
		isAutoconfirmed,
		log
	});
	return {
		url: gateway.url,
		publishableKey: secrets.publishableKey,
		secretKey: secrets.secretKey,
		listenUrl: database.url('listener'),
		database,
		secrets,
		mintToken: (claims) => {
			const now = Math.floor(Date.now() / 1000);
			return signToken(secrets, {
				aud: 'authenticated',
				role: 'authenticated',
				iat: now,
				exp: now + 3600,
				...claims
			});
		},
		stop: async () => {
			await gateway.stop();
			await rest.stop();
			await database.drop();
		}
	};
}
