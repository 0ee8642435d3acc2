// A package by its name on the Hub, file by file through this lab's own server (routes/api/hub): first what it is made of, then
// each part at the same commit, where a connection broke off from there on. What has arrived is kept until all of it is
// here. Knows the shape of a package's files, not what is in them: the reader judges that.

import { isErrorCode, type ErrorCode, type PolicyFile } from '$lib/contracts';
import { err, ok, type Result } from '$lib/core';
import { assemblePackage, packageFiles, type PackageEntry } from '$lib/inference/package';

export interface HubName {
	readonly owner: string;
	readonly model: string;
}

export interface HubProblem {
	readonly code: ErrorCode;
	/** File of the package; '' where it is none's doing. */
	readonly part: string;
}

export interface HubPackage {
	readonly zip: Blob;
	/** Of the repository, 40 hex digits; '' when the Hub did not tell. */
	readonly commit: string;
}

export interface HubFetchOptions {
	readonly fetch: typeof globalThis.fetch;
	/** 0..1; null before anybody knows how much there is. */
	readonly onProgress: (share: number | null) => void;
}

const PART = /^(?!.*(\.\.|--))[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/;
const CARD = 'README.md';
const MANIFEST_BYTES = 256 * 1024;
const CARD_BYTES = 64 * 1024;
/** Tries in a row that brought nothing new. */
const FRUITLESS = 3;

/** `owner/model`, also as the address of its page on the Hub; null for anything else. */
export function hubName(text: string): HubName | null {
	const plain = text
		.trim()
		.replace(/^(https:\/\/)?(www\.)?(huggingface\.co|hf\.co)\//i, '')
		.replace(/(\/tree\/main)?\/*$/, '');
	const [owner = '', model = '', ...more] = plain.split('/');
	return more.length === 0 && PART.test(owner) && PART.test(model) ? { owner, model } : null;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** One name's download; `fetch` may be called again after a problem and goes on. */
export class HubDownload {
	readonly name: HubName;
	#commit = '';
	#manifest: Bytes | null = null;
	#card: Bytes | null = null;
	#files: readonly PolicyFile[] = [];
	/** What has arrived, by path. */
	readonly #parts = new Map<string, Bytes[]>();

	constructor(name: HubName) {
		this.name = name;
	}

	async fetch(options: HubFetchOptions): Promise<Result<HubPackage, HubProblem>> {
		options.onProgress(null);
		const begun = await this.#begin(options);
		if (begun !== null) return err(begun);
		for (const file of this.#files) {
			const problem = await this.#fetchPart(file.path, file.bytes, options);
			if (problem !== null) return err(problem);
		}
		const entries: PackageEntry[] = this.#files.map(({ path }) => ({ path, data: this.#joined(path) }));
		if (this.#manifest !== null) entries.unshift({ path: 'manifest.json', data: this.#manifest });
		if (this.#card !== null) entries.push({ path: CARD, data: this.#card });
		return ok({ zip: assemblePackage(entries), commit: this.#commit });
	}

	/** What it is made of; null when that is known. */
	async #begin(options: HubFetchOptions): Promise<HubProblem | null> {
		if (this.#manifest !== null) return null;
		const manifest = await this.#whole('manifest.json', MANIFEST_BYTES, options);
		if (!manifest.ok) return manifest.error;
		const files = packageFiles(new TextDecoder().decode(manifest.value));
		if (!files.ok) return { code: files.error.code, part: files.error.part };
		// A repository without a card is one without a card; a long one is left on the Hub.
		const card = await this.#whole(CARD, CARD_BYTES, options);
		const without = card.ok
			? false
			: card.error.code.endsWith('_not_found') || card.error.code.endsWith('_too_large');
		if (!card.ok && !without) return card.error;
		this.#card = card.ok ? card.value : null;
		this.#files = files.value;
		this.#manifest = manifest.value;
		return null;
	}

	/** A small file whose size nobody has told. */
	async #whole(
		path: string,
		mostBytes: number,
		options: HubFetchOptions
	): Promise<Result<Bytes, HubProblem>> {
		this.#parts.delete(path);
		const problem = await this.#fetchPart(path, null, options, mostBytes);
		const data = this.#joined(path);
		this.#parts.delete(path);
		return problem === null ? ok(data) : err(problem);
	}

	/** @param bytes as many as the manifest says; null: as many as come, up to `mostBytes` */
	async #fetchPart(
		path: string,
		bytes: number | null,
		options: HubFetchOptions,
		mostBytes = bytes ?? 0
	): Promise<HubProblem | null> {
		for (let fruitless = 0; ;) {
			const before = this.#arrived(path);
			if (bytes !== null && before === bytes) return null;
			const problem = await this.#fetchRest(path, mostBytes, options);
			const now = this.#arrived(path);
			if (problem === 'whole' && (bytes === null || now === bytes)) return null;
			if (problem === 'whole') return { code: 'policy_package_damaged', part: path };
			if (problem.code !== 'policy_hub_unreachable') return problem;
			fruitless = now > before ? 0 : fruitless + 1;
			if (fruitless >= FRUITLESS) return problem;
		}
	}

	/** One request from the first byte that is missing. */
	async #fetchRest(
		path: string,
		mostBytes: number,
		{ fetch, onProgress }: HubFetchOptions
	): Promise<HubProblem | 'whole'> {
		const { owner, model } = this.name;
		const unreachable = { code: 'policy_hub_unreachable', part: path } as const;
		const from = this.#arrived(path);
		const revision = this.#commit === '' ? 'main' : this.#commit;
		const request: RequestInit = { credentials: 'omit', cache: 'no-store' };
		if (from > 0) request.headers = { range: `bytes=${from}-` };
		try {
			const response = await fetch(`/api/hub/${owner}/${model}/${revision}/${path}`, request);
			if (!response.ok || response.body === null) return { code: await codeOf(response), part: path };
			this.#commit ||= response.headers.get('x-repo-commit') ?? '';
			// Whoever does not know of parts begins at the beginning.
			if (response.status !== 206) this.#parts.delete(path);
			const parts = this.#parts.get(path) ?? [];
			this.#parts.set(path, parts);
			let at = this.#arrived(path);
			const reader = response.body.getReader();
			for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
				at += chunk.value.length;
				if (at > mostBytes) {
					await reader.cancel();
					this.#parts.delete(path);
					return { code: 'policy_package_too_large', part: path };
				}
				parts.push(chunk.value);
				onProgress(this.#share());
			}
			return 'whole';
		} catch {
			return unreachable;
		}
	}

	#arrived(path: string): number {
		return (this.#parts.get(path) ?? []).reduce((sum, { length }) => sum + length, 0);
	}

	#joined(path: string): Bytes {
		const parts = this.#parts.get(path) ?? [];
		const joined = new Uint8Array(this.#arrived(path));
		let at = 0;
		for (const part of parts) {
			joined.set(part, at);
			at += part.length;
		}
		return joined;
	}

	#share(): number | null {
		if (this.#files.length === 0) return null;
		const all = this.#files.reduce((sum, { bytes }) => sum + bytes, 0);
		return this.#files.reduce((sum, { path }) => sum + this.#arrived(path), 0) / all;
	}
}

/** What the relay says; a server that is none of ours, or none at all, is one that cannot be reached. */
async function codeOf(response: Response): Promise<ErrorCode> {
	const told: unknown = await response.json().catch(() => null);
	const code = typeof told === 'object' && told !== null && 'code' in told ? String(told.code) : '';
	return isErrorCode(code) ? code : 'policy_hub_unreachable';
}
