// A package by name: the page's half over the server's half over a Hub with bad days, on real sockets of this computer.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readPackage } from '$lib/inference/package';
import { readBytes, readZip } from '$lib/inference/package/zip';
import { hubFile, relayHubFile } from '$lib/server/hub';
import { createHubDouble, type HubDouble } from '$lib/server/hub/testing/hub-double';
import { HubDownload, hubName } from './policy-hub';

const zip = new Blob([
	readFileSync(join(import.meta.dirname, '..', '..', 'inference', 'package', 'fixtures', 'policy.zip'))
]);
const NAME = { owner: 'school', model: 'cubes' };

let hub: HubDouble;
let files: Record<string, Uint8Array<ArrayBuffer>>;
beforeAll(async () => {
	hub = await createHubDouble();
	files = {};
	for (const { path, start, end } of (await readZip(zip)).values())
		files[path] = await readBytes(zip, start, end);
});
afterAll(() => hub.close());
beforeEach(() => {
	hub.days.length = 0;
	hub.asked.length = 0;
	hub.repos.clear();
	hub.repos.set('school/cubes', { files });
});

/** The lab's server as the page reaches it. */
function lab(settings: { online: boolean } = { online: true }) {
	const asked: string[] = [];
	const shares: (number | null)[] = [];
	const fetch = (url: string, init?: RequestInit): Promise<Response> => {
		asked.push(`${url} ${new Headers(init?.headers).get('range') ?? ''}`.trim());
		if (!settings.online) return Promise.reject(new TypeError('offline'));
		const [, owner, model, revision, path] = /^\/api\/hub\/([^/]+)\/([^/]+)\/([^/]+)\/(.+)$/.exec(url) ?? [];
		const file = hubFile({ owner, model, revision, path }, new Headers(init?.headers).get('range'));
		const from = { endpoint: hub.endpoint, fileHosts: [hub.filesHost] };
		return relayHubFile(file, from, init?.signal ?? new AbortController().signal);
	};
	const options = {
		fetch: fetch as typeof globalThis.fetch,
		onProgress: (share: number | null) => void shares.push(share)
	};
	return { options, asked, shares };
}

async function idOf(blob: Blob): Promise<string> {
	const found = await readPackage(blob);
	if (!found.ok) throw new Error(found.error.reason);
	return found.value.id;
}

describe('a package by its name', () => {
	it('comes whole, all of one commit, and is the package that was exported', async () => {
		const { options, asked, shares } = lab();
		const answer = await new HubDownload(NAME).fetch(options);
		if (!answer.ok) throw new Error(answer.error.code);
		expect(await idOf(answer.value.zip)).toBe(await idOf(zip));
		expect(answer.value.commit).toBe(hub.commitOf('school/cubes'));
		const [first, ...others] = asked;
		expect(first).toBe('/api/hub/school/cubes/main/manifest.json');
		for (const other of others) expect(other).toContain(`/${answer.value.commit}/`);
		expect(shares[0]).toBeNull();
		expect(shares.at(-1)).toBe(1);
	});

	it('goes on where the connection broke off, as often as something came', async () => {
		const { options, asked } = lab();
		const rest = { kind: 'break-off', afterBytes: 100 } as const;
		const download = new HubDownload(NAME);
		// Small files first: let those pass.
		hub.days.push(rest, rest, rest, rest, rest);
		const answer = await download.fetch(options);
		if (!answer.ok) throw new Error(answer.error.code);
		expect(await idOf(answer.value.zip)).toBe(await idOf(zip));
		expect(asked.filter((line) => /bytes=\d+-$/.test(line)).length).toBeGreaterThan(2);
	});

	it('keeps what came for the next try of a person', async () => {
		const network = { online: true };
		const { options, asked } = lab(network);
		const download = new HubDownload(NAME);
		const large = Object.keys(files).find((path) => path.endsWith('fp32.onnx')) ?? '';
		const cut = options.fetch;
		let counted = 0;
		const failing = ((url: string, init?: RequestInit) => {
			if (url.endsWith(large) && counted++ === 0) hub.days.push({ kind: 'break-off', afterBytes: 500 });
			else if (url.endsWith(large)) network.online = false;
			return cut(url, init);
		}) as typeof globalThis.fetch;
		const first = await download.fetch({ ...options, fetch: failing });
		expect(first).toEqual({ ok: false, error: { code: 'policy_hub_unreachable', part: large } });
		network.online = true;
		asked.length = 0;
		const second = await download.fetch(options);
		if (!second.ok) throw new Error(second.error.code);
		expect(await idOf(second.value.zip)).toBe(await idOf(zip));
		expect(asked[0]).toMatch(new RegExp(`${large.replace('.', '\\.')} bytes=\\d+-$`));
		expect(asked.some((line) => line.endsWith('manifest.json'))).toBe(false);
	});

	it('begins a file again where a host knows of no parts', async () => {
		const { options } = lab();
		hub.days.push({ kind: 'break-off', afterBytes: 50 }, { kind: 'no-range' });
		const answer = await new HubDownload(NAME).fetch(options);
		expect(answer.ok && (await idOf(answer.value.zip))).toBe(await idOf(zip));
	});

	it('without a card is a package too; a card that is too long stays where it is', async () => {
		const others = Object.fromEntries(Object.entries(files).filter(([path]) => path !== 'README.md'));
		hub.repos.set('school/cubes', { files: others });
		const answer = await new HubDownload(NAME).fetch(lab().options);
		expect(answer.ok && (await idOf(answer.value.zip))).toBe(await idOf(zip));
		hub.repos.set('school/cubes', { files: { ...others, 'README.md': new Uint8Array(70_000) } });
		expect((await new HubDownload(NAME).fetch(lab().options)).ok).toBe(true);
	});

	it.each([
		['nothing under that name', { owner: 'school', model: 'none' }, 'policy_hub_not_found'],
		['a name that is none', { owner: 'school', model: '..' }, 'policy_hub_name_odd']
	])('%s', async (_, name, code) => {
		const answer = await new HubDownload(name).fetch(lab().options);
		expect(answer.ok ? '' : answer.error.code).toBe(code);
	});

	it.each([
		[{ kind: 'busy' }, 'policy_hub_busy'],
		[{ kind: 'sign-in' }, 'policy_hub_answer_odd']
	] as const)('a bad day %o is said, and over with the next try', async (day, code) => {
		hub.days.push(day);
		const download = new HubDownload(NAME);
		const answer = await download.fetch(lab().options);
		expect(answer.ok ? '' : answer.error.code).toBe(code);
		expect((await download.fetch(lab().options)).ok).toBe(true);
	});

	it('a file that is not as long as the manifest says is damaged; longer is too large', async () => {
		const path = Object.keys(files).find((name) => name.endsWith('fp32.onnx')) ?? '';
		const bytes = files[path] ?? new Uint8Array();
		hub.repos.set('school/cubes', { files: { ...files, [path]: bytes.subarray(0, bytes.length - 1) } });
		const short = await new HubDownload(NAME).fetch(lab().options);
		expect(short.ok ? '' : short.error).toEqual({ code: 'policy_package_damaged', part: path });
		hub.repos.set('school/cubes', { files: { ...files, [path]: new Uint8Array(bytes.length + 1) } });
		const long = await new HubDownload(NAME).fetch(lab().options);
		expect(long.ok ? '' : long.error).toEqual({ code: 'policy_package_too_large', part: path });
	});

	it('where no server is, or another one answers, the Hub cannot be reached', async () => {
		const offline = await new HubDownload(NAME).fetch(lab({ online: false }).options);
		expect(offline.ok ? '' : offline.error.code).toBe('policy_hub_unreachable');
		const page = (() =>
			Promise.resolve(new Response('<!doctype html>', { status: 404 }))) as typeof globalThis.fetch;
		const static404 = await new HubDownload(NAME).fetch({ ...lab().options, fetch: page });
		expect(static404.ok ? '' : static404.error.code).toBe('policy_hub_unreachable');
	});
});

describe('a name', () => {
	it.each([
		['school/cubes', NAME],
		[' school/cubes ', NAME],
		['https://huggingface.co/school/cubes', NAME],
		['https://huggingface.co/school/cubes/tree/main', NAME],
		['huggingface.co/school/cubes/', NAME],
		['school', null],
		['school/cubes/x', null],
		['school/..', null],
		['../cubes', null],
		['school/a b', null],
		['https://example.org/school/cubes', null],
		['', null]
	])('%o', (text, name) => expect(hubName(text)).toEqual(name));
});
