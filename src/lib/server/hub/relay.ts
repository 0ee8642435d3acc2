// One file of a policy package from the Hub to the page, which may talk to its own origin alone. The page names owner, model,
// version and file; nothing else of it goes out: no cookie, no token, no address. Follows the Hub's redirects itself, step
// by step (addresses.ts). Keeps nothing.
//
// [Note: the Hub's answers] `resolve/` answers 307 to a cache path of its own for small files, 302 to another host for large
// ones (both with `X-Repo-Commit`), 401 for what does not exist or is not public, 404 for a file that is not in it.

import type { ErrorCode } from '$lib/contracts';
import { request as ask, type IncomingMessage } from 'node:http';
import { request as askSecurely } from 'node:https';
import { Readable, Transform, pipeline } from 'node:stream';
import { mayAsk, publicLookup, type HubSettings } from './addresses';

export interface HubFile {
	readonly owner: string;
	readonly model: string;
	/** `main`, or a commit. */
	readonly revision: string;
	readonly path: string;
	/** First byte that is wanted. */
	readonly from: number;
}

/** As much as a package may have at all (inference/package). */
const MOST_BYTES = 256 * 1024 * 1024;
const MOST_REDIRECTS = 5;
const SILENT_MS = 30_000;
/** Of this server at one time; a class that fetches the same model waits for one another. */
const MOST_AT_ONCE = 24;

const NAME = /^(?!.*(\.\.|--))[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/;
const REVISION = /^(main|[0-9a-f]{40})$/;
/** What a package is made of, and nothing else: this is no door to the rest of the Hub. */
const PATH =
	/^(manifest\.json|README\.md|[A-Za-z0-9_-][A-Za-z0-9_.-]{0,80}\.(onnx|safetensors)|[a-z]{1,20}\/[A-Za-z0-9_-][A-Za-z0-9_.-]{0,80}\.png)$/;

let atOnce = 0;

/** @param range value of a `Range` header: only "from here on" is understood; anything else is the whole file */
export function hubFile(
	params: Readonly<Record<'owner' | 'model' | 'revision' | 'path', string | undefined>>,
	range: string | null
): HubFile | null {
	const { owner = '', model = '', revision = '', path = '' } = params;
	if (!NAME.test(owner) || !NAME.test(model) || !REVISION.test(revision) || !PATH.test(path)) return null;
	const from = Number(/^bytes=(\d{1,12})-$/.exec(range ?? '')?.[1] ?? 0);
	return { owner, model, revision, path, from };
}

const problem = (status: number, code: ErrorCode): Response => Response.json({ code }, { status });

/** The file, or `{ code }` as JSON with a status that says the same. */
export async function relayHubFile(
	file: HubFile | null,
	settings: HubSettings | null,
	signal: AbortSignal
): Promise<Response> {
	if (file === null) return problem(400, 'policy_hub_name_odd');
	if (settings === null) return problem(503, 'policy_hub_unreachable');
	if (atOnce >= MOST_AT_ONCE) return problem(429, 'policy_hub_busy');
	atOnce += 1;
	let over = false;
	const release = (): void => {
		if (!over) atOnce -= 1;
		over = true;
	};
	try {
		const answer = await follow(file, settings, signal);
		if (answer instanceof Response) {
			release();
			return answer;
		}
		return handOn(answer, file, release);
	} catch {
		release();
		return problem(502, 'policy_hub_unreachable');
	}
}

interface Answer {
	readonly message: IncomingMessage;
	readonly commit: string | null;
}

async function follow(file: HubFile, settings: HubSettings, signal: AbortSignal): Promise<Answer | Response> {
	const { owner, model, revision, path } = file;
	let url = new URL(`/${owner}/${model}/resolve/${revision}/${path}`, settings.endpoint);
	let commit: string | null = null;
	for (let step = 0; step <= MOST_REDIRECTS; step++) {
		if (!mayAsk(url, settings)) return problem(502, 'policy_hub_answer_odd');
		const message = await get(url, file.from, signal);
		const { statusCode: status = 0, headers } = message;
		commit ??= readCommit(headers['x-repo-commit']);
		if (status < 300 || status > 399 || headers.location === undefined)
			return judge({ message, commit }, file);
		message.destroy();
		if (!URL.canParse(headers.location, url.href)) return problem(502, 'policy_hub_answer_odd');
		url = new URL(headers.location, url.href);
	}
	return problem(502, 'policy_hub_answer_odd');
}

function get(url: URL, from: number, signal: AbortSignal): Promise<IncomingMessage> {
	return new Promise((resolve, reject) => {
		const headers = {
			'user-agent': 'EduBotics',
			'accept-encoding': 'identity',
			...(from > 0 ? { range: `bytes=${from}-` } : {})
		};
		const send = url.protocol === 'https:' ? askSecurely : ask;
		const asked = send(url, { headers, lookup: publicLookup, signal, agent: false }, resolve);
		asked.setTimeout(SILENT_MS, () => asked.destroy(new Error('silent')));
		asked.on('error', reject);
		asked.end();
	});
}

function judge(answer: Answer, { from }: HubFile): Answer | Response {
	const { statusCode: status = 0, headers } = answer.message;
	const refuse = (code: number, why: ErrorCode): Response => {
		answer.message.destroy();
		return problem(code, why);
	};
	if (status === 401 || status === 403 || status === 404) return refuse(404, 'policy_hub_not_found');
	if (status === 429) return refuse(429, 'policy_hub_busy');
	if (status >= 500) return refuse(502, 'policy_hub_unreachable');
	if (status !== 200 && status !== 206) return refuse(502, 'policy_hub_answer_odd');
	// A network's sign-in page says 200 to everything.
	if (/^text\/html/i.test(headers['content-type'] ?? '')) return refuse(502, 'policy_hub_answer_odd');
	if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity')
		return refuse(502, 'policy_hub_answer_odd');
	const begins = Number(/^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1] ?? 0);
	if (status === 206 && begins !== from) return refuse(502, 'policy_hub_answer_odd');
	const length = Number(headers['content-length'] ?? 0);
	if (!(length + begins <= MOST_BYTES)) return refuse(413, 'policy_package_too_large');
	return answer;
}

function handOn({ message, commit }: Answer, { from }: HubFile, release: () => void): Response {
	const { statusCode: status = 200, headers } = message;
	let left = MOST_BYTES - (status === 206 ? from : 0);
	const counted = new Transform({
		transform(bytes: Buffer, _, done) {
			left -= bytes.length;
			done(left < 0 ? new Error('too large') : null, bytes);
		}
	});
	// Whichever end breaks off ends the other: the page must not take a part for the whole.
	pipeline(message, counted, release);
	const told = new Headers({ 'content-type': 'application/octet-stream', 'cache-control': 'no-store' });
	for (const name of ['content-length', 'content-range'] as const) {
		const value = headers[name];
		if (value !== undefined) told.set(name, value);
	}
	if (commit !== null) told.set('x-repo-commit', commit);
	return new Response(Readable.toWeb(counted) as ReadableStream<Uint8Array>, { status, headers: told });
}

function readCommit(value: string | string[] | undefined): string | null {
	return typeof value === 'string' && /^[0-9a-f]{40}$/.test(value) ? value : null;
}
