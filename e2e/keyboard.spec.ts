// From the landing page to a moving arm by keyboard alone, in both languages.
import { expect, test } from './fixtures';
import { LabPage } from './pages/lab-page';

for (const locale of ['de', 'en'] as const) {
	test(`first motion without a mouse, ${locale}`, async ({ page, site }) => {
		await page.goto(`${site.url}${locale === 'en' ? '/en' : '/'}`);
		const lab = LabPage.at(page, locale);
		await page.keyboard.press('Tab');
		await expect(page.locator(':focus')).toHaveText(lab.word('skip_to_content'));
		await page
			.getByRole('link', { name: lab.word('open_lab') })
			.first()
			.focus();
		await page.keyboard.press('Enter');
		await lab.ready();
		const unlock = lab.button('arm_unlock');
		await unlock.focus();
		expect(await unlock.evaluate((element) => getComputedStyle(element).outlineStyle)).not.toBe('none');
		await page.keyboard.press('Enter');
		await expect(lab.button('arm_lock')).toBeVisible({ timeout: 20_000 });
		await expect(lab.button('arm_lock'), 'the button that was pressed').toBeFocused();
		await lab.nudge(0, 'PageUp');
		// The next step is told once the arm was moved.
		await expect(page.getByText(lab.word('step_name_task_title'), { exact: true })).toBeVisible({
			timeout: 20_000
		});
	});
}
