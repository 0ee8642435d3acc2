// What the lab says when something is wrong: the note is on the page, in words, with the way to its help.
import { render } from 'svelte/server';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, type ErrorCode } from '$lib/contracts';
import { demoActions, demoModel } from '../../../routes/(site)/gallery/demo-model';
import { errorWords } from '../all-error-words';
import { wordsOf } from '../error-words';
import LabView from './LabView.svelte';
import type { LabViewModel } from './lab-view-model';

function shown(change: Partial<LabViewModel>): string {
	const model = { ...demoModel('armed', 0), problem: null, update: null, ...change };
	return render(LabView, { props: { model, actions: demoActions(() => undefined) } }).body;
}

function expectNote(body: string, code: ErrorCode): void {
	expect(body).toContain(errorWords[code].title({}));
	expect(body).toContain(errorWords[code].next({}));
	expect(body).toContain(`/docs/errors/${code}"`);
}

describe('notes in the lab', () => {
	it.each(ERROR_CODES)('%s is told, with the way to its help', async (code) => {
		await wordsOf(code); // those of models come on demand, and a server draws once
		expectNote(shown({ problem: { code, details: {} } }), code);
		expect(shown({})).not.toContain(`/docs/errors/${code}"`);
	});

	it.each(['ready', 'blocked'] as const)('a new version that is %s is told', (update) => {
		expectNote(shown({ update }), 'update_waiting');
	});

	it('a lab that does not start says why', () => {
		expectNote(
			shown({ phase: 'failed', problem: { code: 'build_mismatch', details: {} } }),
			'build_mismatch'
		);
	});
});
