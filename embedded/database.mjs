// Fills a database: what hosted Supabase has before the first migration, then the migrations, as the role that runs them there.
// Writes the table the Supabase CLI reads, so that `supabase migration list` agrees.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSql } from './sql.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const bootstrapSql = readFileSync(join(here, 'bootstrap.sql'), 'utf8');
export const supabaseDir = join(here, '..', 'supabase');

/** @typedef {{ version: string, name: string, text: string }} Migration */

/** @param {string} [folder] @returns {Migration[]} in the order of their versions */
export function migrationsIn(folder = join(supabaseDir, 'migrations')) {
	if (!existsSync(folder)) return [];
	return readdirSync(folder)
		.filter((file) => file.endsWith('.sql'))
		.sort()
		.map((file) => {
			const match = /^(\d+)_(.+)\.sql$/.exec(file);
			if (match === null) throw new Error(`${file}: a migration is named <version>_<name>.sql`);
			return {
				version: match[1] ?? '',
				name: match[2] ?? '',
				text: readFileSync(join(folder, file), 'utf8')
			};
		});
}

/** One word for everything that decides what a fresh database holds. @param {readonly Migration[]} migrations */
export function fingerprintOf(migrations) {
	const hash = createHash('sha256').update(bootstrapSql);
	for (const { version, text } of migrations) hash.update(`\0${version}\0${text}`);
	return hash.digest('hex').slice(0, 12);
}

/**
 * Roles' rights, schemas and the tables of auth; does nothing where they are.
 * @param {string} url of the superuser, naming the database
 */
export async function bootstrap(url) {
	const sql = openSql(url);
	try {
		const [row] = await sql`select to_regclass('auth.users') is not null as done`;
		if (row?.['done'] !== true) await sql.begin((tx) => tx.unsafe(bootstrapSql));
	} finally {
		await sql.end();
	}
}

/**
 * Runs what has not run yet, each migration in one transaction.
 * @param {string} url of the role `postgres`, naming the database
 * @param {readonly Migration[]} migrations
 * @returns {Promise<{ applied: string[], changed: string[] }>} versions run now; versions whose file is no longer what was run
 * @throws where a migration fails; nothing of it stays
 */
export async function migrate(url, migrations) {
	const sql = openSql(url);
	try {
		await sql.unsafe(`create schema if not exists supabase_migrations;
			create table if not exists supabase_migrations.schema_migrations
				(version text primary key, statements text[], name text);`);
		const rows = await sql`select version, statements from supabase_migrations.schema_migrations`;
		const before = new Map(rows.map((row) => [row['version'], row['statements']?.[0]]));
		const todo = migrations.filter(({ version }) => !before.has(version));
		for (const { version, name, text } of todo) {
			await sql.begin(async (tx) => {
				// Two servers may start at once: the second finds it done.
				await tx`select pg_advisory_xact_lock(731846)`;
				const done = await tx`select from supabase_migrations.schema_migrations where version = ${version}`;
				if (done.length > 0) return;
				await tx.unsafe(text).catch((/** @type {Error} */ error) => {
					throw new Error(`migration ${version}_${name}: ${error.message}${placeIn(text, error)}`, {
						cause: error
					});
				});
				await tx.unsafe('reset role; reset search_path;');
				await tx`insert into supabase_migrations.schema_migrations (version, statements, name)
					values (${version}, ${[text]}, ${name})`;
			});
		}
		if (todo.length > 0) await sql`select pg_notify('pgrst', 'reload schema')`;
		const changed = migrations.filter(
			({ version, text }) =>
				before.has(version) && before.get(version) !== undefined && before.get(version) !== text
		);
		return { applied: todo.map(({ version }) => version), changed: changed.map(({ version }) => version) };
	} finally {
		await sql.end();
	}
}

/** Where in the file Postgres found fault. @param {string} text @param {unknown} error */
export function placeIn(text, error) {
	const position = Number(/** @type {{ position?: string }} */ (error).position);
	if (!Number.isInteger(position) || position <= 0) return '';
	return ` (line ${text.slice(0, position).split('\n').length})`;
}
