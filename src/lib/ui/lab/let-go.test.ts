// A locked arm that holds itself up can be let go of, and only that one; asked once more first.
import { render } from 'svelte/server';
import { describe, expect, it } from 'vitest';
import { m } from '$lib/i18n';
import { demoActions, demoModel } from '../../../routes/(site)/gallery/demo-model';
import DrivePanel from './DrivePanel.svelte';

function shown(canLetGo: boolean | undefined): string {
	const model = demoModel('disarmed', 0);
	const arm = { ...model.arm, ...(canLetGo === undefined ? {} : { canLetGo }) };
	const actions = demoActions((name) => {
		throw new Error(`nobody asked for ${name}`);
	});
	return render(DrivePanel, { props: { model: { ...model, arm }, actions } }).body;
}

describe('letting a stiff arm go', () => {
	it('is offered while it may be done, and asked once more', () => {
		expect(shown(true)).toContain(m.arm_let_go());
		expect(shown(true)).not.toContain(m.arm_let_go_sure());
	});

	it.each([false, undefined])('is not offered otherwise (%s)', (canLetGo) => {
		expect(shown(canLetGo)).not.toContain(m.arm_let_go());
	});
});
