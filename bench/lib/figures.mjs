// One figure = one line: the ratio to a peer of the same run first, then both values, goal, how often, verdict.

/**
 * @typedef {object} Figure
 * @property {string} id
 * @property {string} what
 * @property {number | null} ratio against the peer; null where there is none to set beside
 * @property {string} ours
 * @property {string} peer
 * @property {string} goal empty: reported only
 * @property {string} n
 * @property {'ok' | 'missed' | 'reported' | 'not judged' | 'skipped'} verdict
 * @property {boolean} counts counted, not timed: the same on every machine, so CI may insist
 * @property {Record<string, unknown>} [detail]
 */

/** @param {Partial<Figure> & { id: string, what: string }} given @returns {Figure} */
export function figure(given) {
	return { ratio: null, ours: '', peer: '', goal: '', n: '', verdict: 'reported', counts: false, ...given };
}

/** @param {boolean} good */
export const verdict = (good) => (good ? 'ok' : 'missed');

/** Above this share of time spent waiting for a CPU, percent, a missed time says more of the machine than of us. */
export const PRESSURE_LIMIT = 20;

/**
 * Of a timed figure: noise only makes times longer, so a pass counts in any noise and a miss only without.
 * @param {boolean} good @param {number} pressure percent
 */
export const timedVerdict = (good, pressure) =>
	good ? 'ok' : pressure > PRESSURE_LIMIT ? 'not judged' : 'missed';

/** @param {number} value @param {number} [digits] */
export const round = (value, digits = 2) => Math.round(value * 10 ** digits) / 10 ** digits;

/** @param {readonly number[]} values */
export const median = (values) => quantile(values, 0.5);

/** Nearest rank. @param {readonly number[]} values @param {number} q */
export function quantile(values, q) {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? NaN;
}

const COLUMNS = ['figure', 'ratio', 'ours', 'peer', 'goal', 'n', 'verdict'];

/** @param {readonly Figure[]} figures */
function rowsOf(figures) {
	return figures.map((line) => [
		line.what,
		line.ratio === null ? '' : `${round(line.ratio)}x`,
		line.ours,
		line.peer,
		line.goal,
		line.n,
		line.verdict
	]);
}

/** @param {readonly Figure[]} figures */
export function asTable(figures) {
	const rows = [COLUMNS, ...rowsOf(figures)];
	const widths = COLUMNS.map((_, k) => Math.max(...rows.map((row) => row[k]?.length ?? 0)));
	return rows
		.map((row) =>
			row
				.map((cell, k) => cell.padEnd(widths[k] ?? 0))
				.join('  ')
				.trimEnd()
		)
		.join('\n');
}

/** @param {readonly Figure[]} figures */
export function asMarkdown(figures) {
	const line = (/** @type {readonly string[]} */ cells) =>
		`| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
	return [line(COLUMNS), line(COLUMNS.map(() => '---')), ...rowsOf(figures).map(line)].join('\n');
}
