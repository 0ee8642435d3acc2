// Reading in a worker: the worker is a thread of a message port here, with the real host behind it; how it dies is a double's.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createVirtualScheduler, isCoded } from '$lib/core';
import { readHere, type PackageReader } from '$lib/inference/package';
import { afterEach, describe, expect, it } from 'vitest';
import { PackageHost } from '../hosts/package-host';
import { createWorkerReader, type PackageLine } from './package-reader';
import { FakePackageWorker } from './testing/fake-package-worker';

const zip = new Blob([
	readFileSync(join(import.meta.dirname, '..', '..', 'inference', 'package', 'fixtures', 'policy.zip'))
]);
const HELLO = { build: 'test', isolated: true };
const lines: FakePackageWorker[] = [];
afterEach(() => {
	for (const line of lines.splice(0)) line.terminate();
});

function rig(host: object | null) {
	const scheduler = createVirtualScheduler();
	const spawned: FakePackageWorker[] = [];
	const spawn = (): PackageLine => {
		const line = new FakePackageWorker(host);
		spawned.push(line);
		lines.push(line);
		return line;
	};
	return { reader: createWorkerReader({ spawn, scheduler }), scheduler, spawned };
}

/** Says hello and then hangs, or answers as told. */
const host = (part: Partial<PackageReader>): object => ({ hello: () => HELLO, ...part });

describe('reading in a worker', () => {
	it('gives what reading here gives, one worker per question, each ended', async () => {
		const { reader, spawned } = rig(new PackageHost(HELLO));
		const [there, here] = [await reader.copy(zip), await readHere.copy(zip)];
		if (!there.ok || !here.ok) throw new Error('not read');
		const { copy, ...told } = there.value;
		const { copy: ours, ...expected } = here.value;
		expect(told).toEqual(expected);
		expect(copy.size).toBe(ours.size);
		expect(copy.size).toBe(zip.size);
		const [model, same] = [await reader.model(copy, 'fp16'), await readHere.model(zip, 'fp16')];
		expect(model).toEqual(same);
		expect(await reader.reference(copy)).toEqual(await readHere.reference(zip));
		expect(spawned.map(({ terminated }) => terminated)).toEqual([1, 1, 1]);
	});

	it('says what is wrong with a package as reading here does', async () => {
		const { reader } = rig(new PackageHost(HELLO));
		const torn = zip.slice(0, zip.size - 1);
		expect(await reader.copy(torn)).toEqual(await readHere.copy(torn));
	});

	it('a check that does not end is ended', async () => {
		const never = new Promise<never>(() => undefined);
		let asked = (): void => undefined;
		const begun = new Promise<void>((resolve) => (asked = resolve));
		const { reader, scheduler, spawned } = rig(host({ copy: () => (asked(), never) }));
		const answer = reader.copy(zip);
		await begun;
		scheduler.advanceTo(200_000);
		expect(await answer).toMatchObject({ ok: false, error: { code: 'policy_package_unsafe' } });
		expect(spawned[0]?.terminated).toBe(1);
	});

	it('a check that takes the worker down is a refusal, not the end of the page', async () => {
		const { reader, spawned } = rig(
			host({
				copy: () => {
					spawned[0]?.breakDown();
					return new Promise<never>(() => undefined);
				}
			})
		);
		expect(await reader.copy(zip)).toMatchObject({ ok: false, error: { code: 'policy_package_unsafe' } });
		expect(spawned[0]?.terminated).toBe(1);
	});

	it('a worker that does not start says nothing of the package', async () => {
		const { reader, spawned } = rig(null);
		const answer = reader.copy(zip).catch((error: unknown) => (isCoded(error) ? error.code : error));
		spawned[0]?.breakDown();
		expect(await answer).toBe('policy_runtime_missing');
		expect(spawned[0]?.terminated).toBe(1);
	});
});
