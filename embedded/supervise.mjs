// Watches the parts of a running backend and starts again what dies. Postgres is looked at, because it may have been started by
// an earlier server; PostgREST is our child and tells. Addresses stay what they were, so nobody has to be told anew.
import { setTimeout as pause } from 'node:timers/promises';
import { alone } from './lock.mjs';

const LOOK_EVERY_MS = 200;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** Who lived this long did not die of its start. */
const LIVED_MS = 10_000;

/**
 * @typedef {{ restUrl: () => string | undefined, restPid: () => number | undefined, stop: () => Promise<void> }} Supervised
 */

/**
 * @param {{
 *   dataDir: string,
 *   cluster: import('./postgres.mjs').Cluster,
 *   rest: import('./postgrest.mjs').Postgrest,
 *   startRest: () => Promise<import('./postgrest.mjs').Postgrest>,
 *   register: ReturnType<typeof import('./lock.mjs').createRegister>,
 *   status: import('./index.mjs').Status,
 *   events: import('node:events').EventEmitter,
 *   log: (line: string) => void
 * }} parts
 * @returns {Supervised}
 */
export function superviseParts({ dataDir, cluster, rest: first, startRest, register, status, events, log }) {
	let rest = first;
	const stopping = new AbortController();
	const rested = (/** @type {number} */ ms) =>
		pause(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
	const isOver = () => stopping.signal.aborted;

	/**
	 * @param {'postgres' | 'postgrest'} part
	 * @param {() => Promise<void>} died resolves when it has
	 * @param {() => Promise<void>} start
	 */
	const watch = async (part, died, start) => {
		let pauseMs = 0;
		for (;;) {
			const since = Date.now();
			await died();
			if (isOver()) return;
			status[part] = 'down';
			events.emit('died', part);
			log(`${part} died and is started again`);
			if (Date.now() - since > LIVED_MS) pauseMs = 0;
			for (let isUp = false; !isUp && !isOver();) {
				if (pauseMs > 0) await rested(pauseMs);
				pauseMs = Math.min(LONGEST_PAUSE_MS, Math.max(FIRST_PAUSE_MS, pauseMs * 2));
				if (isOver()) return;
				try {
					await start();
					isUp = true;
				} catch (error) {
					status.problem = error instanceof Error ? error.message : String(error);
					log(status.problem);
				}
			}
			if (isOver()) return;
			status[part] = 'up';
			status.problem = undefined;
			events.emit('restarted', part);
		}
	};

	const postgresDied = async () => {
		while (cluster.isAlive() && !isOver()) await rested(LOOK_EVERY_MS);
	};
	const stopped = new Promise((resolve) => stopping.signal.addEventListener('abort', resolve));
	const postgrestDied = async () => {
		await Promise.race([rest.died, stopped]);
	};
	const watches = Promise.all([
		watch('postgres', postgresDied, () => alone(dataDir, () => cluster.start())),
		watch('postgrest', postgrestDied, async () => {
			rest = await startRest();
			register.write(rest.pid);
		})
	]);

	return {
		restUrl: () => (rest.isAlive() ? rest.url : undefined),
		restPid: () => (rest.isAlive() ? rest.pid : undefined),
		stop: async () => {
			stopping.abort();
			await watches;
			await rest.stop();
			await turnOff({ dataDir, register, cluster });
		}
	};
}

/**
 * Stops Postgres unless another server lives on the same data: the last one turns off the light.
 * @param {{
 *   dataDir: string,
 *   register: ReturnType<typeof import('./lock.mjs').createRegister>,
 *   cluster: import('./postgres.mjs').Cluster | undefined
 * }} parts
 */
export async function turnOff({ dataDir, register, cluster }) {
	await alone(dataDir, async () => {
		register.remove();
		if (register.sweep() === 0) await cluster?.stop();
	});
}
