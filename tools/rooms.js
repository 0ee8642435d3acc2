// The rooms of src/lib and who may enter whom, as lint rules. A room is entered by its index (`$lib/<room>`), or by one
// of the named side doors; tests may look anywhere. tools/rooms.test.ts proves that the rules bite.

/** Room -> rooms it may import. */
export const ROOMS = {
	core: [],
	contracts: ['core'],
	robot: ['core', 'contracts'],
	camera: ['core', 'contracts'],
	teleop: ['core', 'contracts', 'robot', 'camera'],
	recorder: ['core', 'contracts', 'robot', 'camera', 'teleop'],
	dataset: ['core', 'contracts', 'recorder'],
	inference: ['core', 'contracts', 'camera'],
	classroom: ['core', 'contracts', 'recorder'],
	server: ['core', 'contracts'],
	training: ['core', 'contracts', 'camera'],
	sim: ['core', 'contracts'],
	scene: ['core', 'contracts', 'camera'],
	ui: ['core', 'contracts', 'i18n'],
	i18n: [],
	lab: [
		'core',
		'contracts',
		'robot',
		'camera',
		'teleop',
		'recorder',
		'dataset',
		'inference',
		'classroom',
		'training',
		'sim',
		'scene',
		'ui',
		'i18n'
	]
};

/** Doors besides `index.ts`: heavy parts that must not ride along with the room. */
const SIDE_DOORS = {
	robot: ['safety', 'find', 'calibrate', 'calibration-files', 'setup', 'inventory'],
	inference: ['package', 'run', 'play', 'check', 'why'],
	training: ['worker'],
	server: ['hub'],
	sim: ['mujoco', 'expert', 'expert/lockstep', 'so101-model', 'chain'],
	classroom: ['ticket'],
	scene: ['arm-scene', 'camera-renderer', 'ArmView.svelte'],
	ui: ['lab', 'arms', 'connect', 'calibrate', 'setup', 'cameras', 'policies', 'classroom', 'training'],
	i18n: ['server'],
	lab: ['bench', 'models', 'class', 'training']
};

const SVELTE_ROOMS = ['lab', 'ui', 'scene'];

/** Outside packages with one home each. */
const HOMES = {
	idb: 'recorder',
	three: 'scene',
	mediabunny: 'dataset',
	hyparquet: 'dataset',
	'hyparquet-writer': 'dataset',
	'client-zip': 'dataset',
	'@mujoco/mujoco': 'sim',
	'onnxruntime-web': 'inference',
	'@supabase/ssr': 'server',
	'@supabase/supabase-js': 'server',
	postgres: 'server',
	uqr: 'server',
	'@jax-js/jax': 'training',
	comlink: 'lab',
	'workbox-window': 'lab'
};

/** @param {string} room */
function doors(room) {
	const side = SIDE_DOORS[/** @type {keyof typeof SIDE_DOORS} */ (room)] ?? [];
	return [room, ...side.map((door) => `${room}/${door}`)];
}

/**
 * Everything below `$lib` but the named doors. (A regex: gitignore patterns cannot re-open what lies below a closed one.)
 * @param {readonly string[]} rooms
 * @param {string} [also] a further alternative
 */
function allBut(rooms, also) {
	const open = rooms.flatMap(doors).map((door) => door.replaceAll('.', '\\.'));
	const alternatives = [...open.map((door) => `${door}$`), ...(also === undefined ? [] : [also])];
	return alternatives.length === 0 ? '^\\$lib(/|$)' : `^\\$lib(?!/(${alternatives.join('|')}))(/|$)`;
}

/** @param {string} room @param {readonly string[]} allowed */
function patternsFor(room, allowed) {
	const foreign = Object.entries(HOMES)
		.filter(([, home]) => home !== room)
		.map(([name]) => name);
	return [
		{
			regex: allBut(allowed),
			message: `Room "${room}" may enter only: ${allowed.join(', ') || 'nothing'} (by their index).`
		},
		{ regex: '(^|/)(routes|workers)/(?!.*\\?worker&url$)', message: 'Nobody imports routes or workers.' },
		...(foreign.length > 0
			? [{ regex: `^(${foreign.join('|')})(/|$)`, message: 'This package has one home; see tools/rooms.js.' }]
			: []),
		...(SVELTE_ROOMS.includes(room)
			? []
			: [
					{
						regex: '^(svelte|\\$app)(/|$)',
						message: 'This room is plain TypeScript: it also runs in workers and tests.'
					}
				])
	];
}

const ROUTES_SEE = ['lab', 'ui', 'scene', 'i18n', 'contracts'];

const tests = ['**/*.test.ts', '**/*.contract.ts', '**/testing/**'];

/** Files of routes that run on the server: they may also enter `server`. */
const SERVER_ROUTES = ['src/routes/**/+server.ts', 'src/routes/**/+*.server.ts', 'src/hooks.server.ts'];

/** @param {readonly string[]} rooms @param {string} message */
const routePatterns = (rooms, message) => [
	{ regex: allBut(rooms, 'ui/.+'), message },
	{
		regex: `^(${Object.keys(HOMES).join('|')})(/|$)`,
		message: 'This package has one home; see tools/rooms.js.'
	}
];

export const roomRules = [
	...Object.entries(ROOMS).map(([room, allowed]) => ({
		files: [`src/lib/${room}/**/*.ts`, `src/lib/${room}/**/*.svelte`],
		ignores: tests,
		rules: { 'no-restricted-imports': ['error', { patterns: patternsFor(room, allowed) }] }
	})),
	{
		files: ['src/routes/**/*.ts', 'src/routes/**/*.svelte'],
		ignores: SERVER_ROUTES,
		rules: {
			'no-restricted-imports': [
				'error',
				{ patterns: routePatterns(ROUTES_SEE, 'Routes see lab, ui, scene, lessons and words.') }
			]
		}
	},
	{
		files: SERVER_ROUTES,
		rules: {
			'no-restricted-imports': [
				'error',
				{
					patterns: routePatterns(
						['server', 'core', 'contracts', 'i18n'],
						'What runs on the server sees server, core, contracts and words.'
					)
				}
			]
		}
	}
];
