// HTTP of the auth gateway, without any route: bodies in, answers and errors out, in the shape of Supabase's auth server.

const BODY_BYTES_MAX = 64 * 1024;

/** An expected refusal. `code` is one of auth-js' error codes. */
export class AuthError extends Error {
	/**
	 * @param {number} status @param {string} code @param {string} message
	 * @param {Record<string, unknown>} [more] further members of the answer
	 */
	constructor(status, code, message, more = {}) {
		super(message);
		this.status = status;
		this.code = code;
		this.more = more;
	}
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @returns {Promise<Record<string, unknown>>} the JSON object sent; empty where nothing was
 */
export async function readJson(request) {
	/** @type {Buffer[]} */
	const chunks = [];
	let size = 0;
	for await (const chunk of request) {
		size += chunk.length;
		if (size > BODY_BYTES_MAX) throw new AuthError(413, 'validation_failed', 'The request is too large');
		chunks.push(chunk);
	}
	const text = Buffer.concat(chunks).toString();
	if (text === '') return {};
	let value;
	try {
		value = JSON.parse(text);
	} catch {
		throw new AuthError(400, 'bad_json', 'Could not parse request body as JSON');
	}
	if (typeof value !== 'object' || value === null || Array.isArray(value))
		throw new AuthError(400, 'bad_json', 'Could not parse request body as JSON');
	return value;
}

/** @param {import('node:http').ServerResponse} response @param {number} status @param {unknown} [body] */
export function sendJson(response, status, body) {
	if (body === undefined) {
		response.writeHead(status).end();
		return;
	}
	response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
	response.end(JSON.stringify(body));
}

/** Classes of Postgres' states and of the system's: no connection, shut down, starting. */
const NOT_THERE = /^(08...|57P0[1-3]|ECONNREFUSED|ECONNRESET|EPIPE)$/;
/** What node-postgres says of a lost connection, without a code. */
const LOST = /^(Connection terminated|timeout (expired|exceeded)|Client has encountered a connection error)/;

/** A database that is being started again is no fault of the request: 503 tells the client to try again. @param {unknown} error */
function asAway(error) {
	const { code, message } = /** @type {{ code?: unknown, message?: unknown }} */ (error ?? {});
	const isAway = typeof code === 'string' ? NOT_THERE.test(code) : LOST.test(String(message));
	return !(error instanceof AuthError) && isAway
		? new AuthError(503, 'unexpected_failure', 'The database is not there at the moment. Try again.')
		: error;
}

/** @param {import('node:http').ServerResponse} response @param {unknown} thrown @param {(line: string) => void} log */
export function sendError(response, thrown, log) {
	const error = asAway(thrown);
	if (response.headersSent) {
		response.destroy();
		return;
	}
	const known = error instanceof AuthError;
	if (!known) log(`auth: ${error instanceof Error ? error.message : String(error)}`);
	const { status, code, message, more } = known
		? error
		: {
				status: 500,
				code: 'unexpected_failure',
				message: 'Unexpected failure, please check server logs',
				more: {}
			};
	response.setHeader('x-sb-error-code', code);
	sendJson(response, status, { code: status, error_code: code, msg: message, ...more });
}

/** A member that must be text. @param {Record<string, unknown>} body @param {string} name */
export function text(body, name) {
	const value = body[name];
	if (value === undefined || value === null) return '';
	if (typeof value !== 'string') throw new AuthError(400, 'validation_failed', `${name} must be a string`);
	return value;
}

/** A member that must be an object. @param {Record<string, unknown>} body @param {string} name @returns {Record<string, unknown> | undefined} */
export function object(body, name) {
	const value = body[name];
	if (value === undefined || value === null) return undefined;
	if (typeof value !== 'object' || Array.isArray(value))
		throw new AuthError(400, 'validation_failed', `${name} must be an object`);
	return /** @type {Record<string, unknown>} */ (value);
}
