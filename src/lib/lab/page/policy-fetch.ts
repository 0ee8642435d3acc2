// A package from an address: own origin or https, at most so many bytes, progress while it comes. Knows nothing of what is
// in it: whoever asked reads it with suspicion.

import { err, ok, type Result } from '$lib/core';

/** As much as a package may have at all (inference/package). */
const MOST_PACKAGE_BYTES = 256 * 1024 * 1024;

type FetchProblem =
	/** No address, or one that goes over the network in the clear. */
	| { readonly code: 'policy_address_refused' }
	/** Nobody answered, or not with a file: `status` 0 is no answer at all (offline, or the server allows no other sites). */
	| { readonly code: 'policy_fetch_failed'; readonly status: number }
	| { readonly code: 'policy_package_too_large' };

export interface FetchOptions {
	readonly fetch: typeof globalThis.fetch;
	/** 0..1; null when nobody said how much there is. */
	readonly onProgress: (share: number | null) => void;
	readonly signal?: AbortSignal;
	readonly mostBytes?: number;
}

/** The address as it will be asked, or null: own origin, or https without a name and password in it. */
export function packageAddress(text: string, origin: string): URL | null {
	let url: URL;
	try {
		// "example.org/x.zip" is what people paste; only a path from the root means this origin.
		url = text.startsWith('/')
			? new URL(text, origin)
			: new URL(/^[a-z][a-z0-9+.-]*:/i.test(text) ? text : `https://${text}`);
	} catch {
		return null;
	}
	if (url.username !== '' || url.password !== '') return null;
	if (url.protocol === 'https:') return url;
	// Development and a school's own computer: plain http of this very origin. (A blob has its page's origin too.)
	return url.protocol === 'http:' && url.origin === origin ? url : null;
}

/** Name of the file, for people. */
export function fileNameOf(url: URL): string {
	const last = url.pathname.split('/').at(-1) ?? '';
	try {
		return decodeURIComponent(last) || url.host;
	} catch {
		return last || url.host;
	}
}

export async function fetchPackage(url: URL, options: FetchOptions): Promise<Result<Blob, FetchProblem>> {
	const { fetch, onProgress, signal, mostBytes = MOST_PACKAGE_BYTES } = options;
	// No cookie goes along, and no address of a pupil's page.
	const request: RequestInit = {
		credentials: 'omit',
		referrerPolicy: 'no-referrer',
		redirect: 'follow',
		...(signal === undefined ? {} : { signal })
	};
	try {
		const response = await fetch(url, request);
		if (!response.ok || response.body === null)
			return err({ code: 'policy_fetch_failed', status: response.status });
		const length = Number.parseInt(response.headers.get('content-length') ?? '', 10);
		const total = Number.isFinite(length) && length > 0 ? length : null;
		if (total !== null && total > mostBytes) {
			await response.body.cancel();
			return err({ code: 'policy_package_too_large' });
		}
		const parts: Uint8Array<ArrayBuffer>[] = [];
		let bytes = 0;
		onProgress(total === null ? null : 0);
		const reader = response.body.getReader();
		for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
			bytes += chunk.value.length;
			if (bytes > mostBytes) {
				await reader.cancel();
				return err({ code: 'policy_package_too_large' });
			}
			parts.push(chunk.value);
			// A compressed answer is longer than it said.
			onProgress(total === null ? null : Math.min(1, bytes / total));
		}
		return ok(new Blob(parts));
	} catch {
		return err({ code: 'policy_fetch_failed', status: 0 });
	}
}
