import { render } from 'svelte/server';
import { describe, expect, it } from 'vitest';
import { m } from '$lib/i18n';
import { createMemoryArmStore } from '$lib/robot';
import { ArmsPanel } from '$lib/ui/arms';
import { ArmMemory } from './arm-memory';
import { ArmsPage } from './arms-page';

const A = '1.-447.800.3200';
const B = '1.12.900.3100';

async function createPage() {
	const memory = new ArmMemory({
		openStore: () => Promise.resolve(createMemoryArmStore()),
		epochMs: () => 1_700_000_000_000
	});
	await memory.open();
	const files: File[] = [];
	const page = new ArmsPage({
		memory,
		present: () => [A],
		handOut: (file) => files.push(file),
		onClose: () => undefined,
		onChange: () => undefined
	});
	const shown = (): string =>
		render(ArmsPanel, { props: { view: page.view, actions: page.actions } }).body.replace(/\s+/g, ' ');
	return { memory, page, files, shown };
}

describe('the arms at this computer', () => {
	it('are none at first', async () => {
		const { shown, files, page } = await createPage();
		expect(shown()).toContain(m.arms_none_title());
		page.actions.exportFile();
		expect(files).toHaveLength(1);
	});

	it('have names, roles, a last check and faults in words', async () => {
		const { memory, page, shown } = await createPage();
		memory.met(A, 'follower');
		memory.met(B, 'leader');
		memory.paired(B, A);
		page.actions.rename(A, '  Blue ');
		memory.met(B, 'follower');
		expect(page.view.arms.map(({ number, name, role, present }) => [number, name, role, present])).toEqual([
			[1, 'Blue', 'follower', true],
			[2, '', 'leader', false]
		]);
		const body = shown();
		expect(body).toContain('Blue');
		expect(body).toContain(m.arms_number({ number: 2 }));
		expect(body).toContain(m.arms_check_ok());
		expect(body).toContain(m.arms_present());
		page.actions.forget(B);
		expect(page.view.arms).toHaveLength(1);
	});

	it('travel to another computer as a file', async () => {
		const first = await createPage();
		first.memory.met(A, 'follower');
		first.page.actions.rename(A, 'Blue');
		first.page.actions.exportFile();
		const second = await createPage();
		const [file] = first.files;
		if (file === undefined) throw new Error('no file');
		await second.page.importFile(file);
		expect(second.page.view).toMatchObject({ imported: { arms: 1, damaged: 0 }, arms: [{ name: 'Blue' }] });
		await second.page.importFile(new File(['%PDF'], 'poster.pdf'));
		expect(second.page.view.imported).toBe('refused');
		expect(second.shown()).toContain(m.arms_import_refused());
		expect(second.page.view.arms).toHaveLength(1);
	});
});
