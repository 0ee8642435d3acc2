// Packages that strangers might hand in: each is refused with its code before a runtime sees a byte, and nothing is thrown.

import { describe, expect, it } from 'vitest';
import { examineOnnx, ONNX_LIMITS } from './onnx/examine';
import { checkPng } from './png-size';
import { readPackage } from './read-package';
import { answer } from './refusal';
import { HOSTILE_MODELS } from './testing/hostile-models';
import { HOSTILE_PACKAGES } from './testing/hostile-packages';
import { model, RIGHT } from './testing/build-onnx';
import { packageOf } from './testing/build-package';
import { ZIP_LIMITS } from './zip';

describe('what is right', () => {
	it('is believed: the corpus starts from here', async () => {
		expect(examineOnnx(model(RIGHT)).ok).toBe(true);
		const found = await readPackage(new Blob([packageOf()]));
		expect(found.ok).toBe(true);
	});
});

describe('a hostile graph', () => {
	it.each(HOSTILE_MODELS)('$name', ({ bytes, code, reason }) => {
		const found = examineOnnx(bytes());
		expect(found).toMatchObject({ ok: false, error: { code } });
		expect(found.ok ? '' : found.error.reason).toMatch(reason);
	});

	it('is refused inside a package too', async () => {
		const [first] = HOSTILE_MODELS;
		const found = await readPackage(new Blob([packageOf({ onnx: first?.bytes() ?? new Uint8Array() })]));
		expect(found).toMatchObject({ ok: false, error: { code: 'policy_package_unsafe' } });
	});

	it('that is too large is not read at all', () => {
		const huge = Object.create(Uint8Array.prototype, {
			byteLength: { value: ONNX_LIMITS.fileBytes + 1 }
		}) as Uint8Array;
		expect(examineOnnx(huge)).toMatchObject({ ok: false, error: { code: 'policy_package_too_large' } });
	});
});

describe('a hostile picture', () => {
	const png = (width: number): Uint8Array => {
		const bytes = new Uint8Array(40);
		bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]);
		new DataView(bytes.buffer).setUint32(16, width);
		new DataView(bytes.buffer).setUint32(20, 16);
		return bytes;
	};

	it('is none, or too large to be unpacked', () => {
		const code = (bytes: Uint8Array): string => {
			const found = answer(() => checkPng(bytes, 'p.png'));
			return found.ok ? 'believed' : found.error.code;
		};
		expect(code(png(24))).toBe('believed');
		expect(code(png(50_000))).toBe('policy_package_unsafe');
		expect(code(png(24).slice(0, 20))).toBe('policy_package_damaged');
		expect(code(png(24).fill(0x47, 0, 8))).toBe('policy_package_damaged');
	});
});

describe('a hostile package', () => {
	it.each(HOSTILE_PACKAGES)('$name', async ({ bytes, code, reason }) => {
		const found = await readPackage(new Blob([bytes()]));
		expect(found).toMatchObject({ ok: false, error: { code } });
		expect(found.ok ? '' : `${found.error.part}: ${found.error.reason}`).toMatch(reason);
	});

	it('of half a gigabyte is refused by its size, without a byte of it being read', async () => {
		let reads = 0;
		const blob = {
			size: 500_000_000,
			slice: () => {
				reads++;
				return new Blob();
			}
		} as unknown as Blob;
		expect(await readPackage(blob)).toMatchObject({
			ok: false,
			error: { code: 'policy_package_too_large' }
		});
		expect(reads).toBe(0);
		expect(ZIP_LIMITS.packageBytes).toBeLessThan(500_000_000);
	});

	it('of a newer lab is no damage: it says so before anything else of it is believed', async () => {
		const found = await readPackage(
			new Blob([packageOf({ manifestText: '{"schema_version":2,"files":7}' })])
		);
		expect(found.ok ? '' : found.error.code).toBe('policy_package_from_future');
	});

	it('that vanishes while it is read is damaged', async () => {
		const whole = new Blob([packageOf()]);
		const blob = {
			size: whole.size,
			slice: () => ({ arrayBuffer: () => Promise.reject(new DOMException('gone', 'NotReadableError')) })
		} as unknown as Blob;
		expect(await readPackage(blob)).toMatchObject({ ok: false, error: { code: 'policy_package_damaged' } });
	});

	it('names what strangers wrote shortly and printably', async () => {
		const bytes = packageOf({ lie: (manifest) => ({ ...manifest, kind: `\u202e\n${'x'.repeat(5000)}` }) });
		const found = await readPackage(new Blob([bytes]));
		const said = found.ok ? '' : found.error.reason;
		expect(said.length).toBeLessThan(200);
		expect(said).toMatch(/^[ -~]+$/);
	});
});
