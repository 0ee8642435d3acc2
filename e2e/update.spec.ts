// A deploy while the lab is open: the page says that something newer is there, does not let it in while the arm is armed
// or a recording runs, goes on with the chunks it was made of, and takes the new version when a person asks for it.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { serve } from '../server/serve.js';
import { keepChunks } from '../tools/lib/prepare.mjs';
import { expect, test } from './fixtures';
import { LabPage } from './pages/lab-page';
import { buildAgain } from './second-build';

const PATIENCE_MS = 120_000;
const OLD_BUILD = process.env['E2E_BUILD_DIR'] ?? fileURLToPath(new URL('../build', import.meta.url));
const entriesOf = (build: string): string[] => readdirSync(join(build, 'client/_app/immutable/entry'));

/** The entry script in the page that is open now. */
async function entryOf(page: Page): Promise<string | undefined> {
	return /immutable\/entry\/(start\.[^"]+\.js)/.exec(await page.content())?.[1];
}

test.describe.configure({ timeout: 400_000 });

test('a new version waits while the arm is armed or records, and comes when it is asked for', async ({
	page,
	request
}) => {
	const cache = mkdtempSync(join(tmpdir(), 'edubotics-chunks-'));
	const previousDir = join(cache, 'chunks');
	let folder = '';
	let running = await serve({ host: '127.0.0.1', port: 0, buildDir: OLD_BUILD, previousDir });
	const port = Number(new URL(running.url).port);
	const site = `http://localhost:${port}`;
	try {
		const building = buildAgain('newer');
		const lab = await LabPage.open(page, site);
		await expect(page.locator('html[data-offline="ready"]')).toBeAttached({ timeout: PATIENCE_MS });
		folder = await building;
		const newBuild = join(folder, 'build');
		const oldEntry = await entryOf(page);
		expect(entriesOf(OLD_BUILD)).toContain(oldEntry);
		expect(entriesOf(newBuild)).not.toContain(oldEntry);

		await lab.arm();
		await lab.setTask('Während des Wechsels');
		keepChunks('old', OLD_BUILD, cache);
		running.server.closeAllConnections();
		await running.close();
		running = await serve({ host: '127.0.0.1', port, buildDir: newBuild, previousDir });
		// What the lab does by itself every quarter of an hour.
		await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());
		const notes = page.getByRole('region', { name: lab.word('lab_notes') });
		await expect(notes.getByText(lab.word('error_update_waiting_title'))).toBeVisible({
			timeout: PATIENCE_MS
		});

		const apply = lab.button('update_apply');
		await page.evaluate(() => (document.documentElement.dataset['kept'] = 'yes'));
		await expect(apply).toHaveAttribute('aria-disabled', 'true');
		await apply.dispatchEvent('click');
		await lab.startRecording();
		await lab.untilFrames(5, PATIENCE_MS);
		await expect(apply).toHaveAttribute('aria-disabled', 'true');
		await apply.dispatchEvent('click');
		await lab.stopRecording();
		await lab.decide('keep');
		expect(await page.locator('html').getAttribute('data-kept')).toBe('yes');
		expect(await entryOf(page)).toBe(oldEntry);
		const old = await request.get(`${site}/_app/immutable/entry/${oldEntry ?? ''}`);
		expect(old.status(), 'chunks of the build before stay').toBe(200);
		expect(await old.text()).toBe(
			readFileSync(join(OLD_BUILD, 'client/_app/immutable/entry', oldEntry ?? ''), 'utf8')
		);

		await lab.button('arm_lock').click();
		await lab.until(({ report }) => report.status === 'disarmed', 'a locked arm', PATIENCE_MS);
		await expect(apply).not.toHaveAttribute('aria-disabled', 'true');
		await apply.click();
		await expect(page.locator('html:not([data-kept])[data-robot="ready"]')).toBeAttached({
			timeout: PATIENCE_MS
		});
		expect(entriesOf(newBuild)).toContain(await entryOf(page));
		await expect(notes.getByText(lab.word('error_update_waiting_title'))).toBeHidden();
		// The list comes from RECORDER, later than the arm.
		const { datasets } = await lab.until(({ datasets: kept }) => kept.length > 0, 'the list', PATIENCE_MS);
		expect(datasets.flatMap(({ episodes }) => episodes)).toHaveLength(1);
	} finally {
		running.server.closeAllConnections();
		await running.close();
		rmSync(cache, { recursive: true, force: true });
		if (folder !== '') rmSync(folder, { recursive: true, force: true });
	}
});
