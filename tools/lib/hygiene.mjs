// Checks over the tracked files that no other tool makes: secrets, machine paths, registry hosts, file length.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

const RULES = [
	{
		name: 'secret',
		pattern:
			/hf_[A-Za-z0-9]{24,}|sk_live_[A-Za-z0-9]{8,}|whsec_[A-Za-z0-9]{24,}|-----BEGIN (?:RSA |EC )?PRIVATE KEY/
	},
	{ name: 'download address in a lockfile', pattern: /"resolved": *"https?:/, only: /lock/ },
	{ name: 'machine path', pattern: /(^|[\s"'`(=])\/(work|root|farm)\//m },
	{ name: 'package registry host', pattern: /registry\.npmjs|files\.pythonhosted|pypi\.org\/simple/ }
];
const TEXT = /\.(ts|js|mjs|cjs|svelte|json|md|html|css|py|txt|toml|yml|yaml|sql|sh)$|(^|\/)run$/;
const CODE = /^(src|modal|embedded|bench|conformance|e2e|tools|server)\/.*\.(ts|svelte|py|js|mjs)$/;
const LONGEST_FILE_LINES = 400;
/** The rules themselves, and what a program writes from the database's catalogue. */
const EXEMPT = new Set(['tools/lib/hygiene.mjs', 'src/lib/server/database.types.ts']);

/**
 * @param {string} file path from the repository's root, with slashes
 * @param {string} text
 * @returns {string[]} one line per finding
 */
export function findingsIn(file, text) {
	const findings = RULES.filter(
		(rule) => (rule.only === undefined || rule.only.test(file)) && rule.pattern.test(text)
	).map((rule) => `${file}: ${rule.name}`);
	const lines = text.split('\n').length - 1;
	if (CODE.test(file) && lines > LONGEST_FILE_LINES)
		findings.push(`${file}: ${lines} lines, more than ${LONGEST_FILE_LINES}`);
	return findings;
}

/**
 * @param {string} [folder] a git repository
 * @returns {string[]} one line per finding
 */
export function hygiene(folder = root) {
	const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], {
		cwd: folder,
		encoding: 'utf8'
	})
		.split('\0')
		.filter((file) => file !== '' && TEXT.test(file) && !EXEMPT.has(file));
	return files.flatMap((file) => {
		const path = join(folder, file);
		if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return [];
		return findingsIn(file, readFileSync(path, 'utf8'));
	});
}
