// From a file of a stranger to a package that keeps its promises: zip, manifest, hashes, graph, reference, pictures, and
// whether they tell the same story. Whatever does not fit is a problem with a code; nothing of it has run by then.

import type { PolicyFile, PolicyManifest, PolicyObservation, PolicyPrecision } from '$lib/contracts';
import { crc32, type Result } from '$lib/core';
import { parseManifest, MANIFEST_LIMITS } from './manifest';
import { examineOnnx, type OnnxFacts, type OnnxValue } from './onnx/examine';
import { checkPng, PICTURE_LIMITS } from './png-size';
import { answerLater, damaged, tooLarge, unwrap } from './refusal';
import { readSafetensors, type FloatTensor } from './safetensors';
import type { PackageProblem, PolicyPackage, PolicyReference } from './types';
import { readBytes, readZip, type ZipEntry } from './zip';

const MANIFEST = 'manifest.json';
const CARD = 'README.md';
const CARD_BYTES = 64 * 1024;
const REFERENCE_BYTES = 64 * 1024 * 1024;
const OBSERVATIONS = 64;

/** Whole and examined, or why not. Reads every byte once; keeps none of the weights. */
export function readPackage(zip: Blob): Promise<Result<PolicyPackage, PackageProblem>> {
	return answerLater(async () => {
		const opened = await openParts(zip);
		const facts: Partial<Record<PolicyPrecision, OnnxFacts>> = {};
		for (const precision of opened.precisions) facts[precision] = (await opened.model(precision)).facts;
		await opened.reference();
		await opened.pictures();
		await opened.backgrounds();
		return toPackage(opened, facts);
	});
}

/**
 * The same for a package that was read whole before: manifest and directory are read again, everything else at its use.
 * `facts` are those of then.
 */
export function reopenPackage(
	zip: Blob,
	facts: PolicyPackage['facts']
): Promise<Result<PolicyPackage, PackageProblem>> {
	return answerLater(async () => toPackage(await openParts(zip), facts));
}

interface Parts {
	readonly id: string;
	readonly manifest: PolicyManifest;
	readonly card: string;
	readonly manifestText: string;
	readonly packageBytes: number;
	readonly precisions: readonly PolicyPrecision[];
	model(precision: PolicyPrecision): Promise<{ bytes: Uint8Array<ArrayBuffer>; facts: OnnxFacts }>;
	reference(): Promise<PolicyReference>;
	pictures(): Promise<readonly Blob[]>;
	backgrounds(): Promise<readonly Blob[]>;
}

function toPackage(parts: Parts, facts: PolicyPackage['facts']): PolicyPackage {
	const { id, manifest, card, manifestText, packageBytes, precisions } = parts;
	return {
		id,
		manifest,
		card,
		manifestText,
		packageBytes,
		precisions,
		facts,
		model: (precision) => answerLater(async () => (await parts.model(precision)).bytes),
		reference: () => answerLater(() => parts.reference()),
		pictures: () => answerLater(() => parts.pictures()),
		backgrounds: () => answerLater(() => parts.backgrounds())
	};
}

async function openParts(zip: Blob): Promise<Parts> {
	const entries = await readZip(zip);
	const told = await readText(zip, entries.get(MANIFEST), MANIFEST, MANIFEST_LIMITS.bytes);
	const manifest = parseManifest(told.text);
	const { fp16, reference, pictures = [], backgrounds = [] } = manifest.files;
	const drawn = [...pictures, ...backgrounds];
	for (const file of [manifest.files.fp32, fp16, reference, ...drawn])
		if (file !== undefined) entryOf(entries, file);
	if (reference.bytes > REFERENCE_BYTES) tooLarge(reference.path, `${reference.bytes} bytes`);
	for (const { path, bytes } of drawn) if (bytes > PICTURE_LIMITS.bytes) tooLarge(path, `${bytes} bytes`);
	const card = entries.get(CARD);
	const read = (file: PolicyFile): Promise<Uint8Array<ArrayBuffer>> => readFile(zip, entries, file);
	return {
		id: await hash(told.bytes),
		manifest,
		card: card === undefined ? '' : (await readText(zip, card, CARD, CARD_BYTES)).text,
		manifestText: told.text,
		packageBytes: zip.size,
		precisions: fp16 === undefined ? ['fp32'] : ['fp32', 'fp16'],
		async model(precision) {
			const file = manifest.files[precision] ?? damaged(MANIFEST, `no model in ${precision}`);
			const bytes = await read(file);
			const facts = unwrap(examineOnnx(bytes));
			checkPorts(facts, manifest, file.path);
			return { bytes, facts };
		},
		async reference() {
			return toReference(readSafetensors(await read(reference), reference.path), manifest);
		},
		pictures: () => readPictures(pictures, read),
		backgrounds: () => readPictures(backgrounds, read)
	};
}

async function readPictures(
	files: readonly PolicyFile[],
	read: (file: PolicyFile) => Promise<Uint8Array<ArrayBuffer>>
): Promise<readonly Blob[]> {
	const made: Blob[] = [];
	for (const file of files) {
		const bytes = await read(file);
		checkPng(bytes, file.path);
		made.push(new Blob([bytes], { type: 'image/png' }));
	}
	return made;
}

function entryOf(entries: ReadonlyMap<string, ZipEntry>, file: PolicyFile): ZipEntry {
	const entry = entries.get(file.path) ?? damaged(file.path, 'is missing');
	const bytes = entry.end - entry.start;
	return bytes === file.bytes ? entry : damaged(file.path, `${bytes} bytes instead of ${file.bytes}`);
}

async function readFile(
	zip: Blob,
	entries: ReadonlyMap<string, ZipEntry>,
	file: PolicyFile
): Promise<Uint8Array<ArrayBuffer>> {
	const { start, end } = entryOf(entries, file);
	const bytes = await readBytes(zip, start, end);
	return (await hash(bytes)) === file.sha256 ? bytes : damaged(file.path, 'another hash');
}

/** For what no hash covers the zip's own checksum has to do. */
async function readText(
	zip: Blob,
	entry: ZipEntry | undefined,
	path: string,
	most: number
): Promise<{ bytes: Uint8Array<ArrayBuffer>; text: string }> {
	if (entry === undefined) return damaged(path, 'is missing');
	if (entry.end - entry.start > most) tooLarge(path, `${entry.end - entry.start} bytes`);
	const bytes = await readBytes(zip, entry.start, entry.end);
	if (crc32(bytes) !== entry.crc32) damaged(path, 'another checksum');
	try {
		return { bytes, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
	} catch {
		return damaged(path, 'not UTF-8');
	}
}

async function hash(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
	const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
	return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Name and shape of what the manifest says that the model takes. */
export function modelInputs({ joints, cameras }: PolicyManifest): readonly OnnxValue[] {
	return [
		{ name: 'observation.state', shape: [1, joints.length] },
		...cameras.map(({ name, width, height }) => ({
			name: `observation.images.${name}`,
			shape: [1, 3, height, width]
		}))
	];
}

function checkPorts(facts: OnnxFacts, manifest: PolicyManifest, part: string): void {
	const told = ({ name, shape }: OnnxValue): string => `${name} [${shape.join(', ')}]`;
	const compare = (found: readonly OnnxValue[], wanted: readonly OnnxValue[]): void => {
		const [have, want] = [found, wanted].map((ports) => ports.map(told).sort());
		const differs = want?.find((port, n) => have?.[n] !== port) ?? have?.[want?.length ?? 0];
		if (differs !== undefined) damaged(part, `manifest and model differ: ${differs}`);
	};
	compare(facts.inputs, modelInputs(manifest));
	const action = { name: 'action', shape: [1, manifest.chunk_size, manifest.joints.length] };
	compare(facts.outputs, [action]);
}

function toReference(tensors: ReadonlyMap<string, FloatTensor>, manifest: PolicyManifest): PolicyReference {
	const part = manifest.files.reference.path;
	const inputs = modelInputs(manifest);
	const count = tensors.get('action')?.shape[0] ?? 0;
	if (count < 1 || count > OBSERVATIONS) damaged(part, `${count} observations`);
	/** Entry k of the tensor of that name and shape. */
	const rows = (name: string, shape: readonly number[]): Float32Array[] => {
		const tensor = tensors.get(name) ?? damaged(part, `${name} is missing`);
		if (tensor.shape.join() !== [count, ...shape].join()) damaged(part, `${name} has another shape`);
		const size = tensor.values.length / count;
		return Array.from({ length: count }, (_, k) => tensor.values.slice(k * size, (k + 1) * size));
	};
	const [states = [], ...images] = inputs.map(({ name, shape }) => rows(name, shape.slice(1)));
	if (tensors.size !== inputs.length + 1) damaged(part, 'tensors that nobody asked for');
	return {
		observations: states.map((state, k): PolicyObservation => ({
			tick: k,
			state,
			images: images.map((camera) => camera[k] ?? damaged(part, 'a picture is missing'))
		})),
		actions: rows('action', [manifest.chunk_size, manifest.joints.length])
	};
}
