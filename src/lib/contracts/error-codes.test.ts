// Every error code is whole: something raises it, it has its words in both languages, a help page, and a test in which it
// comes up. The last two are rules of thumb over the sources: a code that stands only in lists is not raised or tested.

import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorWords } from '$lib/ui/all-error-words';
import { errorTone } from '$lib/ui/error-words';
import de from '../../../messages/de.json';
import en from '../../../messages/en.json';
import { entries } from '../../routes/(site)/docs/errors/[code]/+page';
import { ERROR_CODES, isErrorCode } from './error-codes';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const PARTS = ['title', 'what', 'next'] as const;
const TEST = /\.(test|spec|contract)\.ts$/;
const SOURCE = /\.(ts|svelte)$/;
/** Lists of codes: neither raise nor test one. */
const LISTS = new Set(
	[
		'src/lib/contracts/error-codes.ts',
		'src/lib/contracts/error-codes.test.ts',
		'src/lib/ui/error-words.ts',
		'src/lib/ui/model-error-words.ts',
		'src/lib/dataset/errors.ts'
	].map((path) => path.split('/').join(sep))
);
const SKIPPED = /(^|[\\/])(generated|gallery|testing|docs)([\\/]|$)/;

function filesBelow(folder: string): string[] {
	return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && SOURCE.test(entry.name))
		.map((entry) => relative(ROOT, join(entry.parentPath, entry.name)))
		.filter((path) => !SKIPPED.test(path) && !LISTS.has(path));
}

/** Codes in quotes, but for lines of the kind that only lists them. */
function codesIn(path: string, listed: RegExp): string[] {
	const lines = readFileSync(join(ROOT, path), 'utf8').split('\n');
	return lines
		.filter((line) => !listed.test(line) && !/^\s*(\/\/|\/?\*)/.test(line))
		.flatMap((line) => [...line.matchAll(/['"`]([a-z0-9_]+)['"`]/g)].map((match) => match[1] ?? ''))
		.filter(isErrorCode);
}

const files = [...filesBelow('src'), ...filesBelow('e2e')];
/** Members of a list stand alone on their lines; members of a type behind a bar. */
const tested = new Set(
	files.filter((path) => TEST.test(path)).flatMap((path) => codesIn(path, /^\s*'\w+',?\s*$/))
);
const raised = new Set(
	files
		.filter((path) => path.startsWith('src') && !TEST.test(path))
		.flatMap((path) => codesIn(path, /^\s*\|\s*'\w+'\s*;?\s*$/))
);

const languages: readonly [string, Readonly<Record<string, unknown>>][] = [
	['German', de],
	['English', en]
];

describe('error codes', () => {
	it('are raised by something, each of them', () => {
		expect(ERROR_CODES.filter((code) => !raised.has(code))).toEqual([]);
	});

	it('come up in a test, each of them', () => {
		expect(ERROR_CODES.filter((code) => !tested.has(code))).toEqual([]);
	});

	it.each(languages)('have their words in %s, and no words are left over', (_, messages) => {
		const missing = ERROR_CODES.flatMap((code) => PARTS.map((part) => `error_${code}_${part}`)).filter(
			(key) => messages[key] === undefined
		);
		expect(missing).toEqual([]);
		const leftOver = Object.keys(messages).filter((key) => {
			const named = /^error_(\w+)_(?:title|what|next)(?:_\w+)?$/.exec(key)?.[1];
			return named !== undefined && !isErrorCode(named);
		});
		expect(leftOver).toEqual([]);
	});

	it('have a help page each', () => {
		const pages = entries() as readonly { code: string }[];
		expect(pages.map(({ code }) => code).sort()).toEqual([...ERROR_CODES].sort());
	});

	it.each(ERROR_CODES)('%s speaks, with and without details', (code) => {
		const words = errorWords[code];
		for (const details of [{}, { joint: 'elbow_flex', camera: 'top', megabytes: 3, names: 'a, b' }]) {
			const said = PARTS.map((part) => words[part](details));
			for (const text of said) expect(text).toMatch(/^[^{}]{3,}$/);
			expect(new Set(said).size).toBe(PARTS.length);
		}
		expect(['info', 'warn', 'danger']).toContain(errorTone(code));
	});

	it('are known by name', () => {
		expect(isErrorCode('port_lost')).toBe(true);
		expect(isErrorCode('port_gone')).toBe(false);
	});
});
