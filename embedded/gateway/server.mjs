// The one address of the embedded backend: `/auth/v1` answered here, `/rest/v1` by PostgREST, everything else refused loudly.
// It speaks what this app asks of Supabase's auth server, and no more.
import { createServer } from 'node:http';
import { openSql } from '../sql.mjs';
import { adminRoutes } from './admin.mjs';
import { contextOf, createAttempts, keyOf } from './context.mjs';
import { AuthError, sendError, sendJson } from './http.mjs';
import { createOutbox } from './mail.mjs';
import { mfaRoutes } from './mfa.mjs';
import { openRoutes, peopleRoutes } from './people.mjs';
import { createRestProxy } from './rest.mjs';

const CONNECTIONS = 6;
/** Wrong passwords for one address, and mails to one address, before it has to wait. */
const ATTEMPTS = { most: 20, windowMs: 300_000 };

/** @type {Readonly<Record<string, import('./context.mjs').Route>>} */
const keyedRoutes = { ...peopleRoutes, ...mfaRoutes, ...adminRoutes };

/**
 * The route for a method and a path, and the parts it leaves open.
 * @param {Readonly<Record<string, import('./context.mjs').Route>>} routes @param {string} method @param {string[]} parts
 */
function findRoute(routes, method, parts) {
	for (const [name, route] of Object.entries(routes)) {
		const [wanted, pattern = ''] = name.split(' ');
		const steps = pattern.split('/');
		if (wanted !== method || steps.length !== parts.length) continue;
		if (!steps.every((step, at) => step === '*' || step === parts[at])) continue;
		return { route, open: parts.filter((_, at) => steps[at] === '*') };
	}
	return undefined;
}

/**
 * @param {{
 *   secrets: import('../keys.mjs').Secrets,
 *   authUrl: string,
 *   restUrl: () => string | undefined,
 *   log?: (line: string) => void,
 *   mailDir?: string,
 *   port?: number,
 *   isAutoconfirmed?: boolean
 * }} options `authUrl` of the role `supabase_auth_admin`; `port` is a wish
 */
export async function startGateway({
	secrets,
	authUrl,
	restUrl,
	log = () => undefined,
	mailDir,
	port = 0,
	isAutoconfirmed = true
}) {
	const sql = openSql(authUrl, { max: CONNECTIONS });
	let url = '';
	const auth = {
		sql,
		secrets,
		issuer: () => `${url}/auth/v1`,
		outbox: createOutbox(mailDir, log),
		attempts: createAttempts(ATTEMPTS),
		isAutoconfirmed
	};
	const rest = createRestProxy({ secrets, restUrl });

	/** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response @param {URL} target */
	const answerAuth = async (request, response, target) => {
		const method = request.method ?? 'GET';
		const parts = target.pathname.slice('/auth/v1/'.length).split('/');
		const isOpen = findRoute(openRoutes, method, parts);
		if (isOpen === undefined && keyOf(request, secrets) === undefined)
			throw new AuthError(401, 'no_authorization', 'No API key found in request');
		const found = isOpen ?? findRoute(keyedRoutes, method, parts);
		if (found === undefined) {
			log(`auth: ${method} ${target.pathname} is not part of the embedded backend`);
			throw new AuthError(
				404,
				'not_embedded',
				`The embedded backend does not offer ${method} ${target.pathname}`
			);
		}
		const { status = 200, body } = await found.route(
			contextOf(auth, request, found.open, target.searchParams)
		);
		sendJson(response, status, body);
	};

	const server = createServer((request, response) => {
		let target;
		try {
			target = new URL(request.url ?? '/', 'http://gateway');
		} catch {
			sendJson(response, 400, { message: 'Bad address' });
			return;
		}
		if (target.pathname.startsWith('/rest/v1/')) {
			if (keyOf(request, secrets) === undefined) {
				sendJson(response, 401, {
					message: 'No API key found in request',
					hint: 'No `apikey` request header was found.'
				});
				return;
			}
			rest.handle(request, response, target.pathname.slice('/rest/v1'.length) + target.search);
		} else if (target.pathname.startsWith('/auth/v1/')) {
			answerAuth(request, response, target).catch((/** @type {unknown} */ error) =>
				sendError(response, error, log)
			);
		} else {
			log(`${request.method} ${target.pathname} is not part of the embedded backend`);
			sendJson(response, 404, { message: `The embedded backend does not offer ${target.pathname}` });
		}
	});
	const listen = (/** @type {number} */ wished) =>
		new Promise((/** @type {(value: void) => void} */ resolve, reject) => {
			server.once('error', reject);
			server.listen(wished, '127.0.0.1', () => {
				server.off('error', reject);
				resolve();
			});
		});
	await listen(port).catch(() => listen(0));
	const address = server.address();
	url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
	return {
		url,
		stop: async () => {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
			rest.close();
			await sql.end();
		}
	};
}
