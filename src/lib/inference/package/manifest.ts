// manifest.json, believed or not: its version, its shape, and that it does not contradict itself. Keys it does not know are
// left out, because a later lab of the same version may add some. Knows no zip and no graph.

import { POLICY_SCHEMA_VERSION, type PolicyManifest } from '$lib/contracts';
import { z } from 'zod';
import { damaged, fromFuture } from './refusal';

// The page's Trusted Types forbid code made of text, and the library would try.
z.config({ jitless: true });

const PART = 'manifest.json';
export const MANIFEST_LIMITS = {
	bytes: 256 * 1024,
	joints: 16,
	cameras: 4,
	chunk: 400,
	fps: 60,
	starts: 256
} as const;

/** One line without control characters. */
const line = (most: number) =>
	z
		.string()
		.max(most)
		.regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u);
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/);
const count = z.int().min(0);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const finite = z.number();

const file = z.object({ path: z.string().min(1).max(120), bytes: z.int().min(1), sha256 });

const training = z.object({
	dataset: line(200),
	dataset_fingerprint: z.union([z.literal(''), line(200)]),
	calibration_fingerprints: z.array(line(400)).max(64),
	simulated: z.boolean(),
	task: line(400),
	episodes: count,
	frames: count,
	steps: count,
	seconds: finite.min(0).nullable(),
	tool: line(120),
	state_min: z.array(finite).max(MANIFEST_LIMITS.joints),
	state_max: z.array(finite).max(MANIFEST_LIMITS.joints),
	starts: z.array(z.array(finite).max(MANIFEST_LIMITS.joints)).max(MANIFEST_LIMITS.starts).optional()
});

const success = z
	.object({
		trials: z.int().min(1),
		successes: count,
		first_seed: z.int(),
		speed: z.enum(['normal', 'first_minute'])
	})
	.refine(({ trials, successes }) => successes <= trials, 'more successes than trials');

const manifestSchema = z
	.object({
		schema_version: z.literal(POLICY_SCHEMA_VERSION),
		kind: z.literal('onnx'),
		name: line(120).min(1),
		architecture: line(60).min(1),
		robot_type: line(60).min(1),
		joints: z
			.array(z.object({ name, unit: z.enum(['degrees', 'percent']) }))
			.min(1)
			.max(MANIFEST_LIMITS.joints),
		cameras: z
			.array(z.object({ name, width: z.int().min(8).max(2048), height: z.int().min(8).max(2048) }))
			.max(MANIFEST_LIMITS.cameras),
		fps: z.int().min(1).max(MANIFEST_LIMITS.fps),
		chunk_size: z.int().min(1).max(MANIFEST_LIMITS.chunk),
		n_action_steps: z.int().min(1),
		files: z.object({
			fp32: file,
			fp16: file.optional(),
			reference: file,
			pictures: z.array(file).max(MANIFEST_LIMITS.cameras).optional(),
			backgrounds: z.array(file).max(MANIFEST_LIMITS.cameras).optional()
		}),
		training,
		metrics: z.record(z.string().min(1).max(80), finite),
		success: z.array(success).max(64),
		licence: line(120),
		limits: z.string().max(4000)
	})
	.superRefine((manifest, context) => {
		const wrong = (message: string): void => context.addIssue({ code: 'custom', message });
		const { joints, cameras, files, training: told } = manifest;
		const twice = (list: readonly string[]): boolean => new Set(list).size !== list.length;
		if (twice(joints.map((joint) => joint.name))) wrong('a joint twice');
		if (twice(cameras.map((camera) => camera.name))) wrong('a camera twice');
		if (manifest.n_action_steps > manifest.chunk_size) wrong('more action steps than the chunk has');
		const paths = [
			files.fp32,
			files.fp16,
			files.reference,
			...(files.pictures ?? []),
			...(files.backgrounds ?? [])
		];
		if (twice(paths.flatMap((one) => (one === undefined ? [] : [one.path])))) wrong('a file twice');
		if (files.pictures !== undefined && files.pictures.length !== cameras.length)
			wrong('not one picture per camera');
		if (files.backgrounds !== undefined && files.backgrounds.length !== cameras.length)
			wrong('not one background per camera');
		if ((told.starts ?? []).some((start) => start.length !== joints.length)) wrong('a start of other joints');
		for (const list of [told.state_min, told.state_max])
			if (list.length > 0 && list.length !== joints.length) wrong('a range for other joints');
		if (told.state_min.length !== told.state_max.length) wrong('half a range');
		if (told.state_min.some((low, n) => low > (told.state_max[n] ?? NaN))) wrong('a range upside down');
	});

/** Text of manifest.json -> what it says. Refuses by throwing. */
export function parseManifest(text: string): PolicyManifest {
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		return damaged(PART, 'not JSON');
	}
	if (typeof json !== 'object' || json === null) return damaged(PART, 'not an object');
	const { schema_version: version, kind } = json as { schema_version?: unknown; kind?: unknown };
	if (typeof version === 'number' && version > POLICY_SCHEMA_VERSION)
		fromFuture(PART, `schema version ${version}`);
	if (version === POLICY_SCHEMA_VERSION && typeof kind === 'string' && kind !== 'onnx')
		fromFuture(PART, `a policy of kind ${kind}`);
	const parsed = manifestSchema.safeParse(json);
	if (parsed.success) return plain(parsed.data);
	const [issue] = parsed.error.issues;
	return damaged(PART, `${(issue?.path ?? []).map(String).join('.')}: ${issue?.message ?? ''}`);
}

/** Optional keys that are absent stay absent. */
function plain({ files, training: told, ...rest }: z.infer<typeof manifestSchema>): PolicyManifest {
	const { fp32, fp16, reference, pictures, backgrounds } = files;
	const { starts, ...known } = told;
	return {
		...rest,
		training: { ...known, ...(starts === undefined ? {} : { starts }) },
		files: {
			fp32,
			...(fp16 === undefined ? {} : { fp16 }),
			reference,
			...(pictures === undefined ? {} : { pictures }),
			...(backgrounds === undefined ? {} : { backgrounds })
		}
	};
}
