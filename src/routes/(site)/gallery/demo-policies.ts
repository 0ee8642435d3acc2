// Made-up models, checks and runs in every state, for looking at and for the accessibility test.

import { SO101, type PolicyListing, type PolicyManifest, type PolicyRunRecord } from '$lib/contracts';
import type {
	PolicyCardView,
	PolicyCheckView,
	PolicyLibraryActions,
	PolicyLibraryView,
	PolicyPanelActions,
	PolicyPanelView,
	PolicyRunView
} from '$lib/ui/policies';
import { checkViews } from './demo-policy-checks';

const nothing = (): void => undefined;
const FILE = { path: 'model.onnx', bytes: 700_000, sha256: '0'.repeat(64) };

export const panelActions: PolicyPanelActions = {
	choose: nothing,
	fetchBundled: nothing,
	importFile: nothing,
	back: nothing,
	start: nothing,
	pause: nothing,
	resume: nothing,
	end: nothing,
	setSpeed: nothing,
	judge: nothing,
	rate: nothing,
	again: nothing,
	startTrials: nothing,
	nextTrial: nothing,
	stopTrials: nothing,
	dismissProblem: nothing
};

export const libraryActions: PolicyLibraryActions = {
	importFile: nothing,
	importAddress: nothing,
	importHub: nothing,
	makeOffline: nothing,
	fetchBundled: nothing,
	remove: nothing,
	undo: nothing,
	dismissUndo: nothing,
	save: nothing,
	compare: nothing,
	dismissProblem: nothing
};

function manifest(
	part: Partial<PolicyManifest>,
	training: Partial<PolicyManifest['training']>
): PolicyManifest {
	return {
		schema_version: 1,
		kind: 'onnx',
		name: 'Demo',
		architecture: 'act',
		robot_type: 'so101_follower',
		joints: SO101.joints.map(({ name, unit }) => ({ name, unit })),
		cameras: [
			{ name: 'top', width: 48, height: 48 },
			{ name: 'wrist', width: 48, height: 48 }
		],
		fps: 10,
		chunk_size: 10,
		n_action_steps: 3,
		files: { fp32: FILE, reference: FILE },
		training: {
			dataset: 'demo/cubes',
			dataset_fingerprint: '',
			calibration_fingerprints: [],
			simulated: true,
			task: 'Put the cube on the target.',
			episodes: 400,
			frames: 38_412,
			steps: 6000,
			seconds: 486,
			tool: 'torch 2.9',
			state_min: [],
			state_max: [],
			...training
		},
		metrics: {},
		success: [],
		licence: 'Apache-2.0',
		limits: '',
		...part
	};
}

function listing(id: string, name: string, of: PolicyManifest, origin = 'bundled'): PolicyListing {
	return {
		id,
		manifest: { ...of, name },
		card: `# ${name}\n\nA made-up model for this page.`,
		packageBytes: 742_311,
		costs: {},
		addedAtEpochMs: 1_763_800_000_000,
		origin,
		deletedAtEpochMs: null
	};
}

export const CARDS: readonly PolicyCardView[] = [
	{
		listing: listing(
			'a'.repeat(64),
			'Demo: cube (made up)',
			manifest(
				{
					limits: 'One scene only. A camera moved by 2 cm halves the rate.',
					success: [
						{ trials: 300, successes: 291, first_seed: 1, speed: 'normal' },
						{ trials: 100, successes: 94, first_seed: 1001, speed: 'first_minute' }
					]
				},
				{}
			)
		),
		here: { successes: 7, trials: 10 }
	},
	{
		listing: listing(
			'b'.repeat(64),
			'Demo: real arm with a very long name that nobody shortened (made up)',
			manifest(
				{
					cameras: [{ name: 'front', width: 320, height: 240 }],
					fps: 30,
					chunk_size: 100,
					n_action_steps: 100
				},
				{ simulated: false, episodes: 50, frames: 14_900, seconds: null, tool: 'lerobot 0.6.1' }
			),
			'https://example.org/policies/act-cubes.zip'
		),
		here: null
	}
];

const [sim, real] = CARDS as [PolicyCardView, PolicyCardView];

const APART = [0.4, -3, 8, 0, 0, 40];
const joints = SO101.joints.map(({ name, unit }, index) => ({
	name,
	unit,
	predicted: 10 * index,
	executed: index === 4 ? null : 10 * index + (APART[index] ?? 0)
}));

const run: PolicyRunView = {
	state: 'running',
	wait: null,
	elapsedS: 14,
	speed: 1,
	slowLeftS: 0,
	backend: 'wasm',
	latency: { lastMs: 6.2, medianMs: 5.8, p95Ms: 11 },
	answersHz: 3.3,
	lateChunks: 0,
	limitedTicks: {},
	joints
};

const record: PolicyRunRecord = {
	policyId: sim.listing.id,
	policyName: sim.listing.manifest.name,
	dataset: 'demo/cubes',
	armId: 'follower',
	simulated: true,
	speed: 1,
	slowStart: false,
	trial: null,
	schemaVersion: 1,
	id: 'run',
	startedAtEpochMs: 1_763_800_000_000,
	end: {
		endedBy: 'task_done',
		durationMs: 13_400,
		latency: null,
		limitedTicks: {},
		lateChunks: 0,
		takeOvers: 0,
		episodeId: null,
		endedAtEpochMs: 1_763_800_013_400
	},
	outcome: 'succeeded',
	judge: 'sim_task',
	rating: null,
	words: ''
};

const panel: PolicyPanelView = {
	step: 'choose',
	problem: null,
	policies: CARDS,
	canFetchBundled: true,
	importing: null,
	chosen: null,
	loading: null,
	check: null,
	startBlocked: null,
	run: null,
	record: null,
	why: null,
	trials: { series: null },
	simulated: true
};
const chosen = { ...panel, chosen: sim };
const check = (id: string): PolicyCheckView | null => checkViews().find((one) => one.id === id)?.view ?? null;
const running = (part: Partial<PolicyRunView>): PolicyPanelView => ({
	...chosen,
	step: 'run',
	run: { ...run, ...part }
});
const series = (
	part: Partial<NonNullable<PolicyPanelView['trials']['series']>>
): PolicyPanelView['trials'] => ({
	series: {
		count: 10,
		outcomes: ['succeeded', 'succeeded', 'failed'],
		waitsForPerson: false,
		running: true,
		...part
	}
});

export function panelViews(): { id: string; view: PolicyPanelView }[] {
	return [
		{ id: 'empty', view: { ...panel, policies: [] } },
		{
			id: 'fetching',
			view: { ...panel, policies: [], importing: { name: 'pick-place.zip', step: 'fetching', share: 0.4 } }
		},
		{ id: 'choose', view: panel },
		{ id: 'load', view: { ...chosen, step: 'load', loading: 'measure' } },
		{
			id: 'problem',
			view: { ...panel, problem: { code: 'storage_full', details: {} } }
		},
		{ id: 'check', view: { ...chosen, step: 'check', check: check('same') } },
		{
			id: 'check-slow',
			view: { ...chosen, step: 'check', check: check('warn'), run: { ...run, slowLeftS: 60 } }
		},
		{
			id: 'check-locked',
			view: { ...chosen, step: 'check', check: check('same'), startBlocked: 'locked' }
		},
		{
			id: 'check-refused',
			view: {
				...chosen,
				chosen: real,
				step: 'check',
				check: check('refuse-camera_missing'),
				startBlocked: 'refused'
			}
		},
		{
			id: 'starting',
			view: running({ state: 'starting', wait: 'first', latency: null, answersHz: null, slowLeftS: 60 })
		},
		{
			id: 'running',
			view: running({ limitedTicks: { speed: 41, joint: 3 }, slowLeftS: 41.3, lateChunks: 2, speed: 0.5 })
		},
		{ id: 'paused', view: running({ state: 'paused' }) },
		{ id: 'holding', view: running({ state: 'holding', wait: 'old_picture', backend: 'webgpu' }) },
		{ id: 'trials', view: { ...running({}), trials: series({}) } },
		{ id: 'rate', view: { ...chosen, step: 'rate', record } },
		{
			id: 'rate-unknown',
			view: {
				...chosen,
				step: 'rate',
				why: {
					differences: check('warn')?.comparisons.filter(({ reason }) => reason !== null) ?? [],
					beyond: ['elbow_flex']
				},
				record: {
					...record,
					outcome: 'unknown',
					judge: 'nobody',
					rating: 2,
					words: 'Grips too early',
					end: record.end && { ...record.end, endedBy: 'taken_over' }
				}
			}
		},
		{
			id: 'trials-by-hand',
			view: {
				...chosen,
				step: 'rate',
				record: { ...record, outcome: 'unknown', judge: 'nobody', simulated: false },
				trials: series({ waitsForPerson: true }),
				simulated: false
			}
		},
		{
			id: 'trials-done',
			view: {
				...chosen,
				step: 'rate',
				record,
				trials: series({
					count: 5,
					outcomes: ['succeeded', 'succeeded', 'failed', 'succeeded', 'succeeded'],
					running: false
				})
			}
		}
	];
}

const library: PolicyLibraryView = {
	ready: true,
	noStore: false,
	policies: CARDS,
	importing: null,
	imported: null,
	problem: null,
	canFetchBundled: true,
	deleted: null,
	compared: [],
	offline: { state: 'missing', hereBytes: 0, totalBytes: 14_300_000 }
};

export function libraryViews(): { id: string; view: PolicyLibraryView }[] {
	return [
		{ id: 'library-loading', view: { ...library, ready: false, policies: [] } },
		{
			id: 'library-empty',
			view: {
				...library,
				policies: [],
				offline: { state: 'fetching', hereBytes: 5_100_000, totalBytes: 14_300_000 }
			}
		},
		{ id: 'library-no-store', view: { ...library, policies: [], noStore: true } },
		{
			id: 'library',
			view: {
				...library,
				imported: { name: 'Demo', known: false },
				deleted: 'Demo 2',
				importing: { name: 'act.zip', step: 'checking', share: null }
			}
		},
		{
			id: 'library-compare',
			view: {
				...library,
				compared: CARDS.map((card) => card.listing.id),
				offline: { state: 'ready', hereBytes: 14_300_000, totalBytes: 14_300_000 }
			}
		},
		{
			id: 'library-offline-failed',
			view: {
				...library,
				policies: CARDS.slice(0, 1),
				offline: { state: 'failed', hereBytes: 5_100_000, totalBytes: 14_300_000 }
			}
		}
	];
}
