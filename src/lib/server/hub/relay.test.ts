// The relay against a Hub that behaves as the real one does, on good days and bad ones. Everything goes over real sockets of
// this computer, which is why the tests write both hosts down: what is not written down is never asked.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isPublicAddress, mayAsk, type HubSettings } from './addresses';
import { hubFile, hubSettings, relayHubFile } from './index';
import { createHubDouble, type HubDouble } from './testing/hub-double';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const WEIGHTS = Uint8Array.from({ length: 300_000 }, (_, n) => (n * 31) % 251);
const NAME = 'school/cubes';

let hub: HubDouble;
let settings: HubSettings;
beforeAll(async () => {
	hub = await createHubDouble();
	settings = { endpoint: hub.endpoint, fileHosts: [hub.filesHost] };
});
afterAll(() => hub.close());
beforeEach(() => {
	hub.days.length = 0;
	hub.asked.length = 0;
	hub.repos.clear();
	hub.repos.set(NAME, { files: { 'manifest.json': text('{}'), 'policy.fp32.onnx': WEIGHTS } });
	hub.repos.set('school/secret', { files: { 'manifest.json': text('{}') }, isPrivate: true });
});

interface Wish {
	readonly name?: string;
	readonly path?: string;
	readonly range?: string;
	readonly revision?: string;
	readonly settings?: HubSettings | null;
}

function relay({
	name = NAME,
	path = 'manifest.json',
	range,
	revision = 'main',
	...wish
}: Wish): Promise<Response> {
	const [owner, model] = name.split('/');
	const file = hubFile({ owner, model, revision, path }, range ?? null);
	const chosen = wish.settings === undefined ? settings : wish.settings;
	return relayHubFile(file, chosen, new AbortController().signal);
}

async function refused(wish: Wish): Promise<{ status: number; code: unknown }> {
	const response = await relay(wish);
	expect(response.headers.get('content-type')).toContain('application/json');
	return { status: response.status, code: ((await response.json()) as { code: unknown }).code };
}

describe('a file of a package', () => {
	it('a small one comes over the cache path, with the commit it belongs to', async () => {
		const response = await relay({});
		expect(await response.text()).toBe('{}');
		expect(response.headers.get('x-repo-commit')).toBe(hub.commitOf(NAME));
		expect(response.headers.get('content-type')).toBe('application/octet-stream');
		expect(hub.asked.map(({ host }) => host)).toEqual(['hub', 'hub']);
	});

	it('a large one comes from the host that the Hub names', async () => {
		const response = await relay({ path: 'policy.fp32.onnx', revision: hub.commitOf(NAME) });
		expect(new Uint8Array(await response.arrayBuffer())).toEqual(WEIGHTS);
		expect(response.headers.get('content-length')).toBe(String(WEIGHTS.length));
		expect(hub.asked.map(({ host }) => host)).toEqual(['hub', 'files']);
	});

	it('goes on where it was left', async () => {
		const response = await relay({ path: 'policy.fp32.onnx', range: 'bytes=200000-' });
		expect(response.status).toBe(206);
		expect(response.headers.get('content-range')).toBe('bytes 200000-299999/300000');
		expect(new Uint8Array(await response.arrayBuffer())).toEqual(WEIGHTS.subarray(200_000));
	});

	it('nothing of the person goes out: no cookie, no token, no address', async () => {
		await (await relay({ path: 'policy.fp32.onnx' })).arrayBuffer();
		for (const { headers } of hub.asked)
			expect(Object.keys(headers).sort()).toEqual(['accept-encoding', 'connection', 'host', 'user-agent']);
	});

	it('one that breaks off breaks off for the page too', async () => {
		hub.days.push({ kind: 'break-off', afterBytes: 1000 });
		const response = await relay({ path: 'policy.fp32.onnx' });
		await expect(response.arrayBuffer()).rejects.toThrow();
	});

	it('many that break off, or are not wanted any more, do not use up the room for others', async () => {
		for (let n = 0; n < 40; n++) {
			hub.days.push({ kind: 'break-off', afterBytes: 10 });
			const response = await relay({ path: 'policy.fp32.onnx' });
			if (n % 2 === 0) await response.body?.cancel();
			else await response.arrayBuffer().catch(() => undefined);
			hub.days.length = 0;
		}
		expect((await relay({})).status).toBe(200);
	});
});

describe('is refused in words of its own', () => {
	it.each([
		['what is not there', { name: 'school/none' }, 404, 'policy_hub_not_found'],
		['what is not public', { name: 'school/secret' }, 404, 'policy_hub_not_found'],
		['a file that is not in it', { path: 'policy.fp16.onnx' }, 404, 'policy_hub_not_found'],
		['a commit that is gone', { revision: '0'.repeat(40) }, 404, 'policy_hub_not_found'],
		['an owner with a way out', { name: '../x' }, 400, 'policy_hub_name_odd'],
		['a file that is no part of a package', { path: 'pytorch_model.bin' }, 400, 'policy_hub_name_odd'],
		['a way out', { path: '../../api/whoami-v2' }, 400, 'policy_hub_name_odd'],
		['a coded way out', { path: 'pictures/..%2f..%2fx.png' }, 400, 'policy_hub_name_odd'],
		['another branch', { revision: 'refs/pr/1' }, 400, 'policy_hub_name_odd'],
		['a server where it is turned off', { settings: null }, 503, 'policy_hub_unreachable']
	] as const)('%s', async (_, wish, status, code) => {
		expect(await refused(wish)).toEqual({ status, code });
	});

	it.each([
		[{ kind: 'busy' }, 429, 'policy_hub_busy'],
		[{ kind: 'broken' }, 502, 'policy_hub_unreachable'],
		[{ kind: 'sign-in' }, 502, 'policy_hub_answer_odd'],
		[{ kind: 'redirect', to: 'http://169.254.169.254/latest/meta-data/' }, 502, 'policy_hub_answer_odd'],
		[{ kind: 'redirect', to: 'http://127.0.0.1:1/' }, 502, 'policy_hub_answer_odd'],
		[{ kind: 'redirect', to: 'https://evil.example/' }, 502, 'policy_hub_answer_odd'],
		[{ kind: 'redirect', to: 'file:///etc/passwd' }, 502, 'policy_hub_answer_odd'],
		[{ kind: 'redirect', to: 'http://[' }, 502, 'policy_hub_answer_odd']
	] as const)('a bad day: %o', async (day, status, code) => {
		hub.days.push(day);
		expect(await refused({})).toEqual({ status, code });
		expect(hub.asked).toHaveLength(1);
	});

	it('a part that is not the one that was asked for', async () => {
		hub.days.push({ kind: 'other-range' });
		expect(await refused({ path: 'policy.fp32.onnx', range: 'bytes=5-' })).toEqual({
			status: 502,
			code: 'policy_hub_answer_odd'
		});
	});

	it('redirects without end', async () => {
		hub.days.push(...Array.from({ length: 9 }, () => ({ kind: 'redirect' as const, to: '/again' })));
		expect(await refused({})).toEqual({ status: 502, code: 'policy_hub_answer_odd' });
		expect(hub.asked.length).toBeLessThan(8);
	});

	it('a Hub that is not there', async () => {
		const gone = await createHubDouble();
		await gone.close();
		const away = { endpoint: gone.endpoint, fileHosts: [] };
		expect(await refused({ settings: away })).toEqual({ status: 502, code: 'policy_hub_unreachable' });
	});

	it('a name that leads to a private network', async () => {
		const own = { endpoint: new URL(`http://localhost:${hub.endpoint.port}`), fileHosts: [] };
		expect(await refused({ settings: own })).toEqual({ status: 502, code: 'policy_hub_unreachable' });
		expect(hub.asked).toEqual([]);
	});
});

describe('whom this server asks', () => {
	const real = { endpoint: new URL('https://huggingface.co'), fileHosts: ['*.hf.co', 'files.school:444'] };
	it.each([
		['https://huggingface.co/a', true],
		['https://cas-bridge.xethub.hf.co/a?X-Amz-Signature=1', true],
		['https://files.school:444/a', true],
		['http://huggingface.co/a', false],
		['https://me:secret@huggingface.co/a', false],
		['https://huggingface.co:8443/a', false],
		['https://hf.co/a', false],
		['https://evilhf.co/a', false],
		['https://x.hf.co.evil.example/a', false],
		['https://x.hf.co:8443/a', false],
		['https://127.0.0.1/a', false],
		['https://[::1]/a', false],
		['ftp://huggingface.co/a', false]
	])('%s: %s', (url, may) => {
		expect(mayAsk(new URL(url), real)).toBe(may);
	});

	it.each([
		['8.8.8.8', true],
		['2600:9000:21ea::1', true],
		['127.0.0.1', false],
		['0.0.0.0', false],
		['10.1.2.3', false],
		['100.64.0.1', false],
		['169.254.169.254', false],
		['172.31.255.255', false],
		['172.32.0.1', true],
		['192.168.1.1', false],
		['224.0.0.1', false],
		['255.255.255.255', false],
		['::1', false],
		['::', false],
		['fe80::1', false],
		['fd00::1', false],
		['ff02::1', false],
		['::ffff:10.0.0.1', false],
		['64:ff9b::a00:1', false],
		['2002:a00:1::', false],
		['2001:0:1::1', false],
		['no address', false]
	])('the address %s is public: %s', (address, isPublic) => {
		expect(isPublicAddress(address)).toBe(isPublic);
	});

	it('is what the configuration says, or nobody', () => {
		expect(hubSettings({})?.endpoint.href).toBe('https://huggingface.co/');
		expect(hubSettings({ HUB_ENDPOINT: 'off' })).toBeNull();
		expect(hubSettings({ HUB_ENDPOINT: 'http://elsewhere.example' })).toBeNull();
	});
});
