// The school's backend from nothing to answering, beside what Postgres alone takes for that; and a start with data in place,
// beside PostgREST alone. In turns, on the same disk, everything waiting for the disk as `npm start` does.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { layOutBinaries, whyNoBinaries } from '../../embedded/binaries.mjs';
import { startEmbedded } from '../../embedded/index.mjs';
import { jwksOf, newSecrets, secretsIn } from '../../embedded/keys.mjs';
import { defaultBinDir, makeFolder, makeProgramFolder, programIdentity } from '../../embedded/places.mjs';
import { startPostgrest } from '../../embedded/postgrest.mjs';
import { startPostgres } from '../../embedded/postgres.mjs';
import { freePort, run as runProgram } from '../../embedded/run.mjs';
import { figure, median, round, timedVerdict } from '../lib/figures.mjs';
import { watchPressure } from '../lib/machine.mjs';

const START_GOAL = 3;
const RESTART_GOAL_MS = 1000;

/** @param {() => Promise<unknown>} act @returns {Promise<number>} milliseconds */
async function timed(act) {
	const before = performance.now();
	await act();
	return performance.now() - before;
}

/** `initdb` and `pg_ctl start` as anybody would type them. @param {import('../../embedded/binaries.mjs').Binaries} binaries @param {string} folder */
async function postgresAlone({ bin }, folder) {
	const options = { ...programIdentity(), cwd: '/', env: { PATH: process.env['PATH'], LC_ALL: 'C' } };
	const data = join(makeProgramFolder(folder), 'pg');
	const port = await freePort();
	const settings = `-c listen_addresses=127.0.0.1 -c port=${port} -c unix_socket_directories=''`;
	const ms = await timed(async () => {
		const made = await runProgram(
			join(bin, 'initdb'),
			['-D', data, '-U', 'postgres', '--no-locale', '-E', 'UTF8'],
			options
		);
		const start = ['-D', data, '-l', join(folder, 'log'), '-o', settings, '-w', 'start'];
		const started = await runProgram(join(bin, 'pg_ctl'), start, options);
		if (made.code !== 0 || started.code !== 0) throw new Error(`${made.output}${started.output}`);
	});
	await runProgram(join(bin, 'pg_ctl'), ['-D', data, '-m', 'fast', '-w', 'stop'], options);
	return ms;
}

/** PostgREST on our database, with Postgres running already. @param {import('../../embedded/binaries.mjs').Binaries} binaries @param {string} dataDir */
async function postgrestAlone(binaries, dataDir) {
	const cluster = await startPostgres({ dataDir, binaries, passwords: secretsIn(dataDir).passwords });
	const options = { binaries, databaseUrl: cluster.url('authenticator'), jwks: jwksOf(newSecrets()) };
	/** @type {import('../../embedded/postgrest.mjs').Postgrest | undefined} */
	let rest;
	const ms = await timed(async () => {
		rest = await startPostgrest(options);
	});
	await rest?.stop();
	await cluster.stop();
	return ms;
}

/** @param {{ quick: boolean }} options */
export async function run({ quick }) {
	const missing = whyNoBinaries();
	if (missing !== undefined)
		return [figure({ id: 'embedded', what: `the school's backend: ${missing}`, verdict: 'skipped' })];
	const laid = layOutBinaries();
	if (!laid.ok) throw new Error(laid.missing);
	const turns = quick ? 1 : 7;
	const base = makeFolder(join(defaultBinDir(), `bench-${randomBytes(4).toString('hex')}`));
	const pressure = watchPressure();
	/** @type {{ start: number[], alone: number[], restart: number[], rest: number[] }} */
	const ms = { start: [], alone: [], restart: [], rest: [] };
	try {
		for (let turn = 0; turn < turns; turn++) {
			ms.alone.push(await postgresAlone(laid.value, join(base, `alone-${turn}`)));
			const dataDir = join(base, `school-${turn}`);
			for (const kind of /** @type {const} */ (['start', 'restart'])) {
				/** @type {import('../../embedded/index.mjs').Embedded | undefined} */
				let backend;
				ms[kind].push(
					await timed(async () => {
						backend = await startEmbedded({ dataDir });
					})
				);
				await backend?.stop();
			}
			ms.rest.push(await postgrestAlone(laid.value, dataDir));
		}
	} finally {
		rmSync(base, { recursive: true, force: true });
	}
	const [start, alone, restart, rest] = [ms.start, ms.alone, ms.restart, ms.rest].map(median);
	const ratio = (start ?? NaN) / (alone ?? NaN);
	const more = (restart ?? NaN) - (rest ?? NaN);
	return [
		figure({
			id: 'embedded.start',
			what: 'the school from an empty folder to answering (Postgres, roles, migrations, PostgREST, gateway), programs already copied',
			ratio,
			ours: `${round(start ?? NaN)} ms`,
			peer: `initdb + pg_ctl start ${round(alone ?? NaN)} ms`,
			goal: `<= ${START_GOAL}x`,
			n: `median of ${turns}`,
			verdict: timedVerdict(ratio <= START_GOAL, pressure()),
			detail: ms
		}),
		figure({
			id: 'embedded.restart',
			what: 'the school with data in place to answering',
			ours: `${round(restart ?? NaN)} ms`,
			peer: `PostgREST alone ${round(rest ?? NaN)} ms`,
			goal: `<= ${RESTART_GOAL_MS} ms more`,
			n: `median of ${turns}`,
			verdict: timedVerdict(more <= RESTART_GOAL_MS, pressure())
		})
	];
}
