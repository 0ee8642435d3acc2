// Hands requests for data on to PostgREST. The project's key decides who asks where there is no person's token; who asks with
// a token is PostgREST's to judge.
import { Agent, request as ask } from 'node:http';
import { serviceToken } from '../keys.mjs';
import { bearerOf, keyOf } from './context.mjs';
import { sendJson } from './http.mjs';

const HOP_BY_HOP = new Set([
	'connection',
	'keep-alive',
	'transfer-encoding',
	'upgrade',
	'te',
	'trailer',
	'host',
	'apikey',
	'proxy-authorization'
]);

/**
 * @param {{ secrets: import('../keys.mjs').Secrets, restUrl: () => string | undefined }} options
 *   `restUrl` of PostgREST, nothing while it is down
 */
export function createRestProxy({ secrets, restUrl }) {
	const agent = new Agent({ keepAlive: true, maxSockets: 64 });
	/** @param {import('node:http').ServerResponse} response */
	const refuse = (response) =>
		sendJson(response, 503, {
			code: 'PGRST000',
			message: 'The database is not there at the moment. Try again.',
			details: null,
			hint: null
		});
	return {
		/**
		 * @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response
		 * @param {string} path below `/rest/v1`, with its query
		 */
		handle: (request, response, path) => {
			const base = restUrl();
			if (base === undefined) {
				refuse(response);
				return;
			}
			const headers = Object.fromEntries(
				Object.entries(request.headers).filter(([name]) => !HOP_BY_HOP.has(name))
			);
			const bearer = bearerOf(request);
			const isPerson = bearer !== '' && bearer !== secrets.publishableKey && bearer !== secrets.secretKey;
			if (!isPerson) delete headers['authorization'];
			// A person's token wins over the key, also over the secret one: acting for somebody is acting as somebody.
			if (!isPerson && (bearer === secrets.secretKey || keyOf(request, secrets) === 'secret'))
				headers['authorization'] = `Bearer ${serviceToken(secrets)}`;
			const onward = ask(base + path, { method: request.method ?? 'GET', headers, agent }, (answer) => {
				response.writeHead(answer.statusCode ?? 502, answer.headers);
				answer.pipe(response);
				answer.once('error', () => response.destroy());
			});
			onward.once('error', () => {
				if (response.headersSent) response.destroy();
				else refuse(response);
			});
			response.once('close', () => onward.destroy());
			request.pipe(onward);
		},
		close: () => agent.destroy()
	};
}
