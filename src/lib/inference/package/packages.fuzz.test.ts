/**
 * Damaged and invented packages, seeded: every one is answered with a value, within the limits, and one that is believed is
 * what it was. SOAK_PACKAGES and SOAK_SEED make it the long run (`npm run soak:packages`; docs/testing.md has its figures).
 */
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom, type Random, type Result } from '$lib/core';
import { examineOnnx, ONNX_LIMITS, type OnnxFacts } from './onnx/examine';
import { readPackage } from './read-package';
import { model, RIGHT, type Bytes } from './testing/build-onnx';
import { packageOf, rightReference } from './testing/build-package';
import { mutate } from './testing/mutate';
import { randomGraph } from './testing/random-graph';
import type { PackageProblem, PolicyPackage } from './types';
import { readZip } from './zip';

const COUNT = Number(process.env['SOAK_PACKAGES'] ?? 2000);
const SEED = Number(process.env['SOAK_SEED'] ?? 20261122);
/** No input here is larger than 70 KB. */
const MOST_MEGABYTES = 64;
const CODES = [
	'policy_package_damaged',
	'policy_package_unsafe',
	'policy_package_from_future',
	'policy_package_too_large'
];

const python = new Uint8Array(readFileSync(joinPath(import.meta.dirname, 'fixtures', 'policy.zip')));
const built = packageOf();
const reference = rightReference();

async function inside(zip: Bytes, path: string): Promise<Bytes> {
	const entry = (await readZip(new Blob([zip]))).get(path);
	if (entry === undefined) throw new RangeError(path);
	return zip.slice(entry.start, entry.end);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function expectProblem(problem: PackageProblem): void {
	expect(CODES).toContain(problem.code);
	expect(problem.reason.length).toBeGreaterThan(0);
	expect(problem.part.length + problem.reason.length).toBeLessThan(300);
}

function expectFacts(facts: OnnxFacts): void {
	const { peakActivationBytes, multiplyAdds, weightBytes, modelBytes } = facts;
	expect(peakActivationBytes).toBeLessThanOrEqual(ONNX_LIMITS.peakActivationBytes);
	expect(multiplyAdds).toBeLessThanOrEqual(ONNX_LIMITS.multiplyAdds);
	expect(Number.isSafeInteger(multiplyAdds) && multiplyAdds >= 0).toBe(true);
	expect(weightBytes).toBeLessThanOrEqual(modelBytes);
	for (const { shape } of [...facts.inputs, ...facts.outputs])
		for (const dim of shape) expect(Number.isSafeInteger(dim) && dim > 0).toBe(true);
}

interface Tally {
	believed: number;
	refused: number;
	readonly byCode: Record<string, number>;
	/** Processor time of the process while the slowest one was read; for the figures, not asserted. */
	slowestCpuMs: number;
	/** Most that one of them left behind in memory, live or not. */
	largestMegabytes: number;
}

/** One input of each kind in turn. */
async function attempt(
	n: number,
	random: Random,
	nets: readonly Bytes[]
): Promise<Result<unknown, PackageProblem>> {
	const net = nets[random.int(nets.length)] ?? built;
	switch (n % 6) {
		case 0:
			return graph(mutate(net, random));
		case 1:
			return graph(randomGraph(random));
		case 2:
			return graph(mutate(randomGraph(random), random));
		case 3:
			return same(random.chance(0.1) ? python : built, random);
		case 4:
			// Behind right hashes: what a person writes, not what a disk does.
			return whole(packageOf({ onnx: mutate(net, random) }));
		default:
			return whole(
				random.chance(0.5)
					? packageOf({ reference: mutate(reference, random) })
					: packageOf({ manifestText: new TextDecoder().decode(mutate(encoded(await told()), random)) })
			);
	}
}

const encoded = (text: string): Bytes => new TextEncoder().encode(text);
const told = async (): Promise<string> => new TextDecoder().decode(await inside(built, 'manifest.json'));

function graph(bytes: Bytes): Result<unknown, PackageProblem> {
	const found = examineOnnx(bytes);
	if (found.ok) expectFacts(found.value);
	return found;
}

async function whole(bytes: Bytes): Promise<Result<PolicyPackage, PackageProblem>> {
	const found = await readPackage(new Blob([bytes]));
	if (found.ok) expectFacts(found.value.facts.fp32 ?? ({} as OnnxFacts));
	return found;
}

/** A package that is believed although its bytes were damaged says and holds what it did before. */
async function same(bytes: Bytes, random: Random): Promise<Result<PolicyPackage, PackageProblem>> {
	const found = await whole(mutate(bytes, random));
	if (!found.ok) return found;
	const { value } = found;
	expect(value.id).toBe(sha256(await inside(bytes, 'manifest.json')));
	const weights = await value.model('fp32');
	expect(weights.ok && sha256(weights.value)).toBe(value.manifest.files.fp32.sha256);
	return found;
}

/** What the heap and its buffers hold; between two looks it grows by at most what was allocated. */
function usedMegabytes(): number {
	const { heapUsed, arrayBuffers } = process.memoryUsage();
	return (heapUsed + arrayBuffers) / 2 ** 20;
}

describe('packages under attack', () => {
	it(`${COUNT} damaged and invented ones are answered, seed ${SEED}`, async () => {
		const nets = [
			await inside(python, 'policy.fp32.onnx'),
			await inside(python, 'policy.fp16.onnx'),
			model(RIGHT)
		];
		const random = createRandom(SEED);
		const tally: Tally = { believed: 0, refused: 0, byCode: {}, slowestCpuMs: 0, largestMegabytes: 0 };
		for (let n = 0; n < COUNT; n++) {
			const [cpu, memory] = [process.cpuUsage(), usedMegabytes()];
			const found = await attempt(n, random, nets);
			const { user, system } = process.cpuUsage(cpu);
			tally.slowestCpuMs = Math.max(tally.slowestCpuMs, Math.round((user + system) / 1000));
			tally.largestMegabytes = Math.max(tally.largestMegabytes, Math.round(usedMegabytes() - memory));
			if (found.ok) tally.believed++;
			else {
				expectProblem(found.error);
				tally.refused++;
				tally.byCode[found.error.code] = (tally.byCode[found.error.code] ?? 0) + 1;
			}
		}
		process.stdout.write(`soak:packages ${JSON.stringify({ inputs: COUNT, ...tally })}\n`);
		expect(tally.largestMegabytes).toBeLessThan(MOST_MEGABYTES);
		expect(tally.refused).toBeGreaterThan(COUNT / 2);
		expect(tally.believed).toBeGreaterThan(0);
	});

	it('every beginning of a graph is refused', () => {
		const bytes = model(RIGHT);
		const believed = Array.from(bytes, (_, length) => length).filter(
			(length) => examineOnnx(bytes.slice(0, length)).ok
		);
		expect(believed).toEqual([]);
	});

	it('every beginning of a package is refused', async () => {
		for (let length = 0; length < built.length; length++) {
			const found = await readPackage(new Blob([built.slice(0, length)]));
			expect(found.ok, `${length} bytes`).toBe(false);
		}
	});

	it('a package of Python cut at the border of any of its parts is refused', async () => {
		const entries = await readZip(new Blob([python]));
		for (const { start, end } of entries.values())
			for (const at of [start - 1, start, start + 1, end - 1, end, end + 1])
				expect((await readPackage(new Blob([python.slice(0, at)]))).ok, `${at} bytes`).toBe(false);
	});

	it('any bytes at all are answered', async () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
				const found = examineOnnx(bytes);
				if (!found.ok) expectProblem(found.error);
			}),
			{ numRuns: 500, seed: SEED }
		);
		await fc.assert(
			fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
				const found = await readPackage(new Blob([Uint8Array.from(bytes)]));
				expect(found.ok).toBe(false);
			}),
			{ numRuns: 200, seed: SEED }
		);
	});

	it('any JSON as the manifest is answered', async () => {
		await fc.assert(
			fc.asyncProperty(fc.json(), async (text) => {
				const found = await readPackage(new Blob([packageOf({ manifestText: text })]));
				expect(found.ok).toBe(false);
			}),
			{ numRuns: 200, seed: SEED }
		);
	});
});
