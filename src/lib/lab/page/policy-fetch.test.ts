import { describe, expect, it } from 'vitest';
import { fetchPackage, fileNameOf, packageAddress, type FetchOptions } from './policy-fetch';

const ORIGIN = 'https://lab.example';

describe('an address', () => {
	it.each([
		['/policies/a.zip', 'https://lab.example/policies/a.zip'],
		['https://other.example/a.zip', 'https://other.example/a.zip'],
		['other.example/a.zip', 'https://other.example/a.zip'],
		['https://lab.example/a.zip?x=1', 'https://lab.example/a.zip?x=1']
	])('%s is asked', (text, asked) => {
		expect(packageAddress(text, ORIGIN)?.href).toBe(asked);
	});

	it.each([
		'http://other.example/a.zip',
		'file:///etc/passwd',
		'data:application/zip,x',
		'blob:https://lab.example/1',
		'javascript:alert(1)',
		'https://me:secret@other.example/a.zip',
		'ftp://other.example/a.zip',
		'https://',
		''
	])('%s is refused', (text) => {
		expect(packageAddress(text, ORIGIN)).toBeNull();
	});

	it('plain http is this origin or nothing', () => {
		expect(packageAddress('/a.zip', 'http://localhost:3000')?.href).toBe('http://localhost:3000/a.zip');
		expect(packageAddress('http://localhost:3001/a.zip', 'http://localhost:3000')).toBeNull();
	});

	it('has a name for people', () => {
		expect(fileNameOf(new URL('https://x.example/p/W%C3%BCrfel.zip'))).toBe('Würfel.zip');
		expect(fileNameOf(new URL('https://x.example/%E0%A4%A'))).toBe('%E0%A4%A');
		expect(fileNameOf(new URL('https://x.example/'))).toBe('x.example');
	});
});

function answering(body: BodyInit | null, init: ResponseInit = {}): FetchOptions & { shares: unknown[] } {
	const shares: unknown[] = [];
	return {
		fetch: () => Promise.resolve(new Response(body, init)),
		onProgress: (share) => shares.push(share),
		mostBytes: 1000,
		shares
	};
}

const URL_ = new URL('https://other.example/a.zip');

describe('fetching', () => {
	it('gives the bytes and says how far it is', async () => {
		const options = answering(new Uint8Array(600), { headers: { 'content-length': '600' } });
		const found = await fetchPackage(URL_, options);
		expect(found.ok && found.value.size).toBe(600);
		expect(options.shares.at(0)).toBe(0);
		expect(options.shares.at(-1)).toBe(1);
	});

	it('says nothing of a share that nobody knows', async () => {
		const options = answering(new Uint8Array(600));
		await fetchPackage(URL_, options);
		expect(new Set(options.shares)).toEqual(new Set([null]));
	});

	it.each([
		['that says so', { 'content-length': '1001' }],
		['that does not', {}],
		['that lies', { 'content-length': '10' }]
	] as const)('stops at a file that is too large, %s', async (_, headers) => {
		const found = await fetchPackage(URL_, answering(new Uint8Array(5000), { headers }));
		expect(found).toEqual({ ok: false, error: { code: 'policy_package_too_large' } });
	});

	it('says what the server answered', async () => {
		const found = await fetchPackage(URL_, answering('no', { status: 404 }));
		expect(found).toEqual({ ok: false, error: { code: 'policy_fetch_failed', status: 404 } });
	});

	it('an answer that breaks off is no file', async () => {
		const torn = new ReadableStream<Uint8Array>({
			start(control) {
				control.enqueue(new Uint8Array(10));
				control.error(new TypeError('torn'));
			}
		});
		const found = await fetchPackage(URL_, answering(torn));
		expect(found).toEqual({ ok: false, error: { code: 'policy_fetch_failed', status: 0 } });
	});

	it('sends neither cookies nor where it was asked from', async () => {
		let seen: RequestInit | undefined;
		const options: FetchOptions = {
			...answering('x'),
			fetch: (_, init) => {
				seen = init;
				return Promise.resolve(new Response('x'));
			}
		};
		await fetchPackage(URL_, options);
		expect(seen).toMatchObject({ credentials: 'omit', referrerPolicy: 'no-referrer' });
	});
});
