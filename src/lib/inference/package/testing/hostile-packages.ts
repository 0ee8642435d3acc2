// Packages that must not be believed, by what is wrong with them.

import { join, type Bytes } from './build-onnx';
import { packageOf, rightManifest, type EntrySpec, type Manifest, type ZipSpec } from './build-package';
import { HOSTILE_REFERENCES, hostile, type HostilePackage, type Make } from './hostile-references';

const damaged = hostile('policy_package_damaged');
const unsafe = hostile('policy_package_unsafe');
const future = hostile('policy_package_from_future');
const large = hostile('policy_package_too_large');

const zip =
	(change: (entries: readonly EntrySpec[]) => ZipSpec): Make =>
	() =>
		packageOf({ zip: change });
/** The right package with its second entry, the model, changed. */
const model = (change: Partial<EntrySpec>): Make =>
	zip((entries) => ({ entries: entries.map((entry, n) => (n === 1 ? { ...entry, ...change } : entry)) }));
const more = (entry: EntrySpec): Make => zip((entries) => ({ entries: [...entries, entry] }));
const named = (path: string): Make => more({ path, data: Uint8Array.of(1) });
const says =
	(change: (manifest: Manifest) => object): Make =>
	() =>
		packageOf({ lie: change });
const set = (key: string, value: unknown): Make => says((manifest) => ({ ...manifest, [key]: value }));
const trained = (change: object): Make =>
	says((manifest) => ({ ...manifest, training: { ...manifest.training, ...change } }));
const file = (change: object): Make =>
	says((manifest) => ({
		...manifest,
		files: { ...manifest.files, fp32: { ...manifest.files.fp32, ...change } }
	}));
const patched =
	(change: (bytes: Bytes, view: DataView) => void, from: Make = packageOf): Make =>
	() => {
		const bytes = from();
		change(bytes, new DataView(bytes.buffer));
		return bytes;
	};

const ZIPS: readonly HostilePackage[] = [
	damaged('nothing', () => new Uint8Array(), /ends too early/),
	damaged('something else', () => new Uint8Array(5000).fill(7), /no directory/),
	damaged('half of it', () => packageOf().slice(0, 900), /no directory/),
	damaged('more behind its end', () => join([packageOf(), Uint8Array.of(0)]), /no directory/),
	damaged(
		'a comment at its end',
		zip((entries) => ({ entries, comment: Uint8Array.of(65) })),
		/no directory/
	),
	damaged(
		'something before its first entry',
		zip((entries) => ({ entries, before: new Uint8Array(40) })),
		/does not begin where/
	),
	unsafe('a bomb', model({ method: 8 }), /compressed/),
	unsafe('an encrypted entry', model({ flags: 1 }), /encrypted/),
	unsafe('a size that is told afterwards', model({ flags: 8 }), /told only afterwards/),
	damaged(
		'a size of four gigabytes',
		model({ said: { size: 0xffffffff } }),
		/two sizes|where the one before|reaches/
	),
	damaged(
		'an entry under another name than its header has',
		model({ said: { path: 'policy.fp16.onnx' } }),
		/differ/
	),
	damaged('another checksum than its header has', model({ said: { crc: 1 } }), /differ/),
	damaged('an entry over another', model({ said: { offset: 0 } }), /does not begin where/),
	damaged('an entry beyond the file', model({ said: { offset: 0x7fffffff } }), /does not begin where/),
	damaged(
		'fewer entries than it says',
		zip((entries) => ({ entries, count: 5 })),
		/ends inside its directory/
	),
	damaged(
		'more entries than it says',
		zip((entries) => ({ entries, count: 3 })),
		/belong to no entry/
	),
	unsafe(
		'thousands of entries',
		zip((entries) => ({ entries, count: 60_000 })),
		/60000 entries/
	),
	unsafe(
		'more than one disk',
		patched((bytes, view) => view.setUint16(bytes.length - 18, 1, true)),
		/disk/
	),
	damaged(
		'a directory somewhere else',
		patched((bytes, view) => view.setUint32(bytes.length - 6, 3, true)),
		/not where it says/
	),
	...[
		'../policy.onnx',
		'/etc/passwd',
		'C:/x',
		'a\\..\\b',
		'./x',
		'a//b',
		'a/../b',
		'.hidden',
		'a/',
		'ä',
		'a\u0000b',
		'a/b/c/d/e'
	].map((path) => unsafe(`the name ${JSON.stringify(path)}`, named(path), /name/)),
	unsafe('a very long name', named('x'.repeat(200)), /a name of 200 bytes/),
	unsafe('one name twice', named('policy.fp32.onnx'), /twice/),
	unsafe('one name twice but for its case', named('POLICY.fp32.onnx'), /twice/)
];

const MANIFESTS: readonly HostilePackage[] = [
	damaged(
		'no manifest',
		zip((entries) => ({ entries: entries.slice(1) })),
		/manifest\.json: is missing/
	),
	damaged(
		'a manifest that is no JSON',
		() => packageOf({ manifestText: '{"schema_version": 1' }),
		/not JSON/
	),
	damaged(
		'a manifest with NaN',
		() => packageOf({ manifestText: JSON.stringify(rightManifest()).replace('"fps":30', '"fps":NaN') }),
		/not JSON/
	),
	damaged('a manifest that is a list', () => packageOf({ manifestText: '[]' }), /manifest/),
	damaged('a manifest that is nothing', () => packageOf({ manifestText: 'null' }), /not an object/),
	damaged(
		'a manifest that is a million brackets',
		() => packageOf({ manifestText: '['.repeat(200_000) }),
		/not JSON/
	),
	large(
		'a manifest of a megabyte',
		() => packageOf({ manifestText: ' '.repeat(1_000_000) }),
		/1000000 bytes/
	),
	damaged(
		'a manifest changed after its checksum',
		patched((bytes) => (bytes[60] = (bytes[60] ?? 0) ^ 1)),
		/another checksum/
	),
	damaged(
		'a card changed after its checksum',
		patched((bytes) => {
			const at = bytes.lastIndexOf(0x23);
			bytes[at] = 0x24;
		}),
		/another checksum/
	),
	large(
		'a card of a megabyte',
		() => packageOf({ card: new Uint8Array(1_000_000).fill(65) }),
		/README\.md: 1000000/
	),
	future('a version of the future', set('schema_version', 2), /schema version 2/),
	damaged('a version of nowhere', set('schema_version', 0), /schema_version/),
	future('a policy that runs elsewhere', set('kind', 'remote'), /kind remote/),
	damaged('no joints', set('joints', []), /joints/),
	damaged(
		'a joint twice',
		set(
			'joints',
			Array.from({ length: 6 }, () => ({ name: 'a', unit: 'degrees' }))
		),
		/a joint twice/
	),
	damaged('a joint in radians', set('joints', [{ name: 'a', unit: 'radians' }]), /joints/),
	damaged(
		'seventeen joints',
		set(
			'joints',
			Array.from({ length: 17 }, (_, n) => ({ name: `j${n}`, unit: 'degrees' }))
		),
		/joints/
	),
	damaged(
		'another number of joints than the model has',
		set('joints', [{ name: 'a', unit: 'degrees' }]),
		/differ/
	),
	damaged(
		'a camera that the model has not',
		set('cameras', [{ name: 'top', width: 64, height: 64 }]),
		/differ/
	),
	damaged(
		'five cameras',
		set(
			'cameras',
			Array.from({ length: 5 }, (_, n) => ({ name: `c${n}`, width: 64, height: 64 }))
		),
		/cameras/
	),
	damaged('a camera of no size', set('cameras', [{ name: 'top', width: 0, height: 64 }]), /cameras/),
	damaged(
		'a camera with the name of a way out',
		set('cameras', [{ name: '../top', width: 64, height: 64 }]),
		/cameras/
	),
	damaged('no rate', set('fps', 0), /fps/),
	damaged('a rate that no arm follows', set('fps', 1000), /fps/),
	damaged('half a rate', set('fps', 29.97), /fps/),
	damaged('chunks of nothing', set('chunk_size', 0), /chunk_size/),
	damaged('chunks without end', set('chunk_size', 1e9), /chunk_size/),
	damaged('chunks of another size than the model makes', set('chunk_size', 6), /differ/),
	damaged('more steps than the chunk has', set('n_action_steps', 6), /more action steps/),
	damaged('metrics that are words', set('metrics', { loss: 'low' }), /metrics/),
	damaged(
		'metrics without end',
		() =>
			packageOf({
				manifestText: JSON.stringify({ ...rightManifest(), metrics: {} }).replace(
					'"metrics":{}',
					'"metrics":{"loss":1e999}'
				)
			}),
		/metrics/
	),
	damaged(
		'more successes than trials',
		set('success', [{ trials: 5, successes: 6, first_seed: 0, speed: 'normal' }]),
		/more successes/
	),
	damaged(
		'successes of no trial',
		set('success', [{ trials: 0, successes: 0, first_seed: 0, speed: 'normal' }]),
		/success/
	),
	damaged('a name with lines', set('name', 'a\nb'), /name/),
	damaged('a name of a megabyte', set('name', 'x'.repeat(100_000)), /name/),
	damaged('half a range', trained({ state_min: [0, 0, 0, 0, 0, 0] }), /half a range/),
	damaged(
		'a range upside down',
		trained({ state_min: [1, 0, 0, 0, 0, 0], state_max: [0, 0, 0, 0, 0, 0] }),
		/upside down/
	),
	damaged('a range of other joints', trained({ state_min: [1], state_max: [2] }), /other joints/),
	damaged('a training of negative length', trained({ seconds: -1 }), /seconds/),
	damaged('a file that is not there', file({ path: 'nothing.onnx' }), /nothing\.onnx: is missing/),
	damaged('another size', file({ bytes: 1 }), /instead of 1/),
	damaged('another hash', file({ sha256: '0'.repeat(64) }), /another hash/),
	damaged('a hash that is none', file({ sha256: 'abc' }), /sha256/),
	damaged(
		'one file for two things',
		says((manifest) => ({ ...manifest, files: { ...manifest.files, reference: manifest.files.fp32 } })),
		/a file twice/
	),
	damaged('the manifest as the model', file({ path: 'manifest.json' }), /manifest\.json/),
	damaged(
		'pictures of other cameras',
		says((manifest) => ({
			...manifest,
			files: { ...manifest.files, pictures: [{ ...manifest.files.fp32, path: 'README.md' }] }
		})),
		/not one picture per camera/
	)
];

export const HOSTILE_PACKAGES: readonly HostilePackage[] = [...ZIPS, ...MANIFESTS, ...HOSTILE_REFERENCES];
