// The Hub as a program meets it at `resolve/`, on two hosts, with a state: repositories with commits, small files behind a 307
// to a cache path, large ones behind a 302 to a signed address of another host, 401 for what is not there, Range, and a
// number of bad days. Answers are the Hub's own as its client library expects them (reference/backend.md). Test code only.

import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HubRepo {
	readonly files: Readonly<Record<string, Uint8Array>>;
	/** Not to be had without a token. */
	readonly isPrivate?: boolean;
}

/** What goes wrong with the next answers, in order; each is used once. */
export type BadDay =
	| { readonly kind: 'busy' }
	| { readonly kind: 'broken' }
	/** A network's sign-in page in place of whatever was asked for. */
	| { readonly kind: 'sign-in' }
	/** The connection ends after so many bytes of a file. */
	| { readonly kind: 'break-off'; readonly afterBytes: number }
	| { readonly kind: 'redirect'; readonly to: string }
	/** A host that ignores what part was asked for. */
	| { readonly kind: 'no-range' }
	| { readonly kind: 'other-range' };

/** A line that breaks has been silent first: what came before the break was heard, and not thrown away with it. */
const STALL_MS = 200;

export interface HubDouble {
	readonly endpoint: URL;
	readonly filesHost: string;
	readonly repos: Map<string, HubRepo>;
	readonly days: BadDay[];
	/** Method, path and headers of everything that was asked, both hosts. */
	readonly asked: {
		readonly host: 'hub' | 'files';
		readonly url: string;
		readonly headers: IncomingMessage['headers'];
	}[];
	commitOf(repo: string): string;
	close(): Promise<void>;
}

const LARGE = /\.(onnx|safetensors|png|zip)$/;

export async function createHubDouble(): Promise<HubDouble> {
	const repos = new Map<string, HubRepo>();
	const days: BadDay[] = [];
	const asked: HubDouble['asked'] = [];
	/** Signed addresses that were handed out; each is good for one use. */
	const signed = new Map<string, Uint8Array>();
	const commitOf = (repo: string): string => {
		const hash = createHash('sha1');
		for (const [path, bytes] of Object.entries(repos.get(repo)?.files ?? {})) hash.update(path).update(bytes);
		return hash.digest('hex');
	};
	const refuse = (response: ServerResponse, status: number, headers: Record<string, string>): void => {
		response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers });
		response.end('no');
	};

	function hub(request: IncomingMessage, response: ServerResponse): void {
		asked.push({ host: 'hub', url: request.url ?? '', headers: request.headers });
		const day = days[0];
		if (day?.kind === 'busy' || day?.kind === 'broken' || day?.kind === 'redirect') {
			days.shift();
			if (day.kind === 'busy') refuse(response, 429, { 'retry-after': '60' });
			else if (day.kind === 'broken') refuse(response, 503, {});
			else refuse(response, 302, { location: day.to });
			return;
		}
		if (day?.kind === 'sign-in') {
			days.shift();
			response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
			response.end('<!doctype html><title>Welcome to the guest network</title>');
			return;
		}
		const { pathname } = new URL(request.url ?? '/', 'http://hub');
		const cached = /^\/api\/resolve-cache\/models\/([^/]+\/[^/]+)\/([0-9a-f]{40})\/(.+)$/.exec(pathname);
		const plain = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(pathname);
		const [, name = '', revision = '', path = ''] = cached ?? plain ?? [];
		const repo = repos.get(name);
		const commit = commitOf(name);
		// It does not say whether something is private or not there.
		if (repo === undefined || repo.isPrivate === true) {
			refuse(response, 401, { 'x-error-code': 'RepoNotFound' });
			return;
		}
		if (revision !== 'main' && revision !== commit) {
			refuse(response, 404, { 'x-error-code': 'RevisionNotFound' });
			return;
		}
		const bytes = repo.files[decodeURIComponent(path)];
		if (bytes === undefined) {
			refuse(response, 404, { 'x-error-code': 'EntryNotFound', 'x-repo-commit': commit });
			return;
		}
		if (cached !== null) {
			send(request, response, bytes, { 'x-repo-commit': commit });
			return;
		}
		const linked = { 'x-repo-commit': commit, 'x-linked-size': String(bytes.length) };
		if (!LARGE.test(path)) {
			const location = `/api/resolve-cache/models/${name}/${commit}/${path}?etag=x`;
			refuse(response, 307, { ...linked, location });
			return;
		}
		const key = randomBytes(12).toString('hex');
		signed.set(key, bytes);
		const at = `http://127.0.0.1:${portOf(files)}`;
		refuse(response, 302, { ...linked, location: `${at}/xorbs/${path}?X-Amz-Signature=${key}` });
	}

	function fromFiles(request: IncomingMessage, response: ServerResponse): void {
		asked.push({ host: 'files', url: request.url ?? '', headers: request.headers });
		const key = new URL(request.url ?? '/', 'http://files').searchParams.get('X-Amz-Signature') ?? '';
		const bytes = signed.get(key);
		signed.delete(key);
		if (bytes === undefined) {
			refuse(response, 403, { 'content-type': 'application/xml' });
			return;
		}
		send(request, response, bytes, {});
	}

	function send(
		request: IncomingMessage,
		response: ServerResponse,
		bytes: Uint8Array,
		more: Record<string, string>
	): void {
		const [day] = days;
		const wanted = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
		const heeds = day?.kind !== 'no-range';
		if (day?.kind === 'no-range' || day?.kind === 'other-range') days.shift();
		const from = heeds ? wanted : 0;
		if (from > 0 && from >= bytes.length) {
			refuse(response, 416, {});
			return;
		}
		const part = bytes.subarray(from);
		const told = day?.kind === 'other-range' ? 0 : from;
		response.writeHead(from > 0 ? 206 : 200, {
			'content-type': 'application/octet-stream',
			'content-length': String(part.length),
			...(from > 0 ? { 'content-range': `bytes ${told}-${bytes.length - 1}/${bytes.length}` } : {}),
			...more
		});
		if (day?.kind === 'break-off') {
			days.shift();
			response.write(part.subarray(0, day.afterBytes), () => setTimeout(() => response.destroy(), STALL_MS));
		} else response.end(part);
	}

	const front = createServer(hub);
	const files = createServer(fromFiles);
	await Promise.all([front, files].map(listen));
	return {
		endpoint: new URL(`http://127.0.0.1:${portOf(front)}`),
		filesHost: `127.0.0.1:${portOf(files)}`,
		repos,
		days,
		asked,
		commitOf,
		close: async () => {
			for (const server of [front, files]) {
				server.closeAllConnections();
				await new Promise((resolve) => server.close(resolve));
			}
		}
	};
}

const listen = (server: Server): Promise<void> =>
	new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
const portOf = (server: Server): number => (server.address() as AddressInfo).port;
