// Policies in a real Chromium: the contract of runtimes over WASM and WebGPU, a LeRobot policy against PyTorch's own numbers
// through package, worker and ports, and what becomes of a policy whose graphics card is lost. Under the product's own
// headers, its Content Security Policy included.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Page } from '@playwright/test';
import { applyHeaders } from '../server/headers.js';
import { bundlePage, serveFolder } from '../tools/lib/browser-page.mjs';
import { root } from '../tools/lib/run.mjs';
import type { PolicyPage } from './policy/main';
import { RUNTIMES, type OpenReport, type OpenWish } from './policy/names';

const PACKAGES = join(root, '.cache', 'conformance', 'policies');
const BUNDLED = join(root, 'static', 'policies');
const ACT = 'act-random.zip';

test.use({
	launchOptions: {
		executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
		args: [
			'--no-sandbox',
			'--enable-unsafe-webgpu',
			'--enable-features=Vulkan',
			'--use-webgpu-adapter=swiftshader'
		]
	}
});
// SwiftShader compiles shaders for seconds, on a busy machine for many.
test.describe.configure({ timeout: 600_000 });

let site: Awaited<ReturnType<typeof serveFolder>> | null = null;

test.beforeAll(async () => {
	const outDir = join(root, '.cache', 'policy-page');
	const folder = await bundlePage({ page: join(root, 'e2e', 'policy'), outDir });
	site = await serveFolder(folder, { '/packages/': PACKAGES, '/policies/': BUNDLED }, applyHeaders);
});

test.afterAll(() => site?.close());

async function openPage(page: Page): Promise<string[]> {
	const asked: string[] = [];
	page.on('request', (request) => asked.push(request.url()));
	page.on('pageerror', (error) => console.error('page:', error));
	await page.goto(site?.url ?? '');
	await page.waitForFunction(() => 'policies' in globalThis);
	return asked;
}

const inPage = {
	webgpu: (page: Page) =>
		page.evaluate(() => (globalThis as unknown as { policies: PolicyPage }).policies.webgpu()),
	open: (page: Page, wish: OpenWish): Promise<OpenReport> =>
		page.evaluate((one) => (globalThis as unknown as { policies: PolicyPage }).policies.open(one), wish),
	drive: (page: Page, chunks: number) =>
		page.evaluate((n) => (globalThis as unknown as { policies: PolicyPage }).policies.drive(n), chunks),
	loseGpu: (page: Page) =>
		page.evaluate(() => (globalThis as unknown as { policies: PolicyPage }).policies.loseGpu())
};

const LOOK: OpenWish = {
	what: 'look',
	precision: 'fp32',
	backend: 'wasm',
	threads: 1,
	emulatedGpu: false
};

for (const name of RUNTIMES) {
	test(`contract of PolicyRuntime: ${name}`, async ({ page }) => {
		await openPage(page);
		if (name.startsWith('WebGPU'))
			test.skip(!(await inPage.webgpu(page)), 'this browser has no WebGPU adapter');
		const report = await page.evaluate(
			(one) => (globalThis as unknown as { policies: PolicyPage }).policies.contract(one),
			name
		);
		expect(report.cases.length).toBeGreaterThan(5);
		expect(report.failures).toEqual([]);
	});
}

test('nothing of ONNX Runtime is fetched before a policy is opened, and then only what it runs on', async ({
	page
}) => {
	const asked = await openPage(page);
	const runtimeFiles = (): string[] => asked.filter((url) => /\/ort[.-][^/]*$/.test(url));
	await page.waitForLoadState('networkidle');
	expect(runtimeFiles()).toEqual([]);
	expect((await inPage.open(page, LOOK)).problem).toBeNull();
	expect(runtimeFiles().length).toBeGreaterThan(1);
	expect(runtimeFiles().filter((url) => /webgpu|asyncify|jsep/.test(url))).toEqual([]);
	expect(asked.filter((url) => !url.startsWith(site?.url ?? 'none') && !url.startsWith('data:'))).toEqual([]);
});

test('a policy is opened, measured, and drives over the ports', async ({ page }) => {
	await openPage(page);
	const opened = await inPage.open(page, { ...LOOK, backend: 'auto', threads: null });
	expect(opened).toMatchObject({ problem: null, backend: 'wasm' });
	expect(opened.measured.length).toBeGreaterThan(0);
	expect(await inPage.drive(page, 20)).toHaveLength(20);
});

for (const [precision, tolerance] of [
	['fp32', 1e-3],
	['fp16', 0.05]
] as const) {
	test(`an ACT of LeRobot gives PyTorch's numbers on WASM: ${precision}`, async ({ page }) => {
		test.skip(
			!existsSync(join(PACKAGES, ACT)),
			`no ${ACT}: run the policy part of the conformance tests first`
		);
		await openPage(page);
		const what = { url: `${site?.url}/packages/${ACT}` };
		const opened = await inPage.open(page, { ...LOOK, what, precision, threads: 2 });
		console.log(
			`ACT ${precision}: off by ${opened.largestDifference}, ${opened.medianMs.toFixed(0)} ms a run, ready in ${opened.readyMs.toFixed(0)} ms`
		);
		expect(opened).toMatchObject({ problem: null, backend: 'wasm', threads: 2 });
		expect(opened.largestDifference).toBeLessThanOrEqual(tolerance);
		expect(await inPage.drive(page, 2)).toHaveLength(2);
	});
}

for (const backend of ['wasm', 'webgpu'] as const) {
	test(`the bundled policy gives the numbers of the program that made it: ${backend}`, async ({ page }) => {
		await openPage(page);
		if (backend === 'webgpu') test.skip(!(await inPage.webgpu(page)), 'this browser has no WebGPU adapter');
		const what = { url: `${site?.url}/policies/pick-place.zip` };
		const opened = await inPage.open(page, { ...LOOK, what, backend, emulatedGpu: true });
		console.log(
			`bundled on ${backend}: off by ${opened.largestDifference}, ${opened.medianMs.toFixed(1)} ms a run, ready in ${opened.readyMs.toFixed(0)} ms`
		);
		expect(opened).toMatchObject({ problem: null, backend });
		expect(opened.largestDifference).toBeLessThanOrEqual(1e-3);
		expect(await inPage.drive(page, 5)).toHaveLength(5);
	});
}

test('a lost graphics card: the want fails, the processor takes over, no old chunk', async ({ page }) => {
	await openPage(page);
	test.skip(!(await inPage.webgpu(page)), 'this browser has no WebGPU adapter');
	const opened = await inPage.open(page, { ...LOOK, backend: 'webgpu', threads: null, emulatedGpu: true });
	expect(opened).toMatchObject({ problem: null, backend: 'webgpu' });
	expect(opened.largestDifference).toBeLessThanOrEqual(1e-3);
	const loss = await inPage.loseGpu(page);
	console.log(`graphics card lost: a chunk of the processor after ${loss.tookMs.toFixed(0)} ms`);
	expect(loss.stages.slice(-2)).toEqual(['lost', 'reopened']);
	expect(loss.answers.at(-1)).toBe('policy-chunk');
	for (const reason of loss.reasons) expect(['policy_gpu_lost', 'reopening']).toContain(reason);
});

test('the emulated graphics card of a browser without one is left alone', async ({ page }) => {
	await openPage(page);
	const opened = await inPage.open(page, { ...LOOK, backend: 'auto', threads: null });
	expect(opened.backend).toBe('wasm');
	expect(opened.measured.filter((one) => one.startsWith('webgpu'))).toEqual([]);
});
