// SQL for programs that must outlive their database: queries as tagged templates over node-postgres. Not postgres.js, which
// takes the whole process down when a connection is lost within a transaction, and may never use it again after one is lost
// while a query is being written (porsager/postgres, issues 1154 and 1208; open in 3.4.9).
import pg from 'pg';

const CONNECT_WITHIN_MS = 5_000;

/**
 * @typedef {Record<string, any>} Row
 * @typedef {{
 *   (strings: TemplateStringsArray, ...values: unknown[]): Promise<Row[]>,
 *   unsafe: (text: string) => Promise<unknown>,
 *   json: (value: unknown) => string
 * }} Transaction `unsafe` runs several statements without parameters; `json` makes a value for a column of that type
 * @typedef {Transaction & {
 *   begin: <T>(act: (tx: Transaction) => Promise<T>) => Promise<T>,
 *   end: () => Promise<void>
 * }} Sql `begin` commits when `act` resolves and rolls back when it rejects
 */

/** @param {(text: string, values?: unknown[]) => Promise<{ rows: Row[] }>} query @returns {Transaction} */
function taggedBy(query) {
	const tag = async (/** @type {TemplateStringsArray} */ strings, /** @type {unknown[]} */ ...values) => {
		const text = strings.reduce((before, part, at) => `${before}$${at}${part}`);
		return (await query(text, values)).rows;
	};
	return Object.assign(tag, {
		unsafe: (/** @type {string} */ text) => query(text),
		json: (/** @type {unknown} */ value) => JSON.stringify(value)
	});
}

/**
 * @param {string} url
 * @param {{ max?: number }} [options] `max`: connections at once
 * @returns {Sql}
 */
export function openSql(url, { max = 1 } = {}) {
	const pool = new pg.Pool({
		connectionString: url,
		max,
		connectionTimeoutMillis: CONNECT_WITHIN_MS,
		idleTimeoutMillis: 30_000
	});
	// An idle connection that breaks is replaced at the next query; nobody waits for this one.
	pool.on('error', () => undefined);
	return Object.assign(
		taggedBy((text, values) => pool.query(text, values)),
		{
			begin: async (/** @type {(tx: Transaction) => Promise<any>} */ act) => {
				const client = await pool.connect();
				/** @type {Error | undefined} */
				let broken;
				const lost = (/** @type {Error} */ error) => (broken = error);
				client.on('error', lost);
				try {
					await client.query('begin');
					const result = await act(taggedBy((text, values) => client.query(text, values)));
					await client.query('commit');
					return result;
				} catch (error) {
					await client.query('rollback').catch(lost);
					throw error;
				} finally {
					client.off('error', lost);
					// A connection of which it is not known where it stands is not used again.
					client.release(broken ?? false);
				}
			},
			end: () => pool.end()
		}
	);
}
