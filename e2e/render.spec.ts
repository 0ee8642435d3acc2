// What only a real browser can tell of pictures: the RENDER worker's previews reach the page, and the 3-D view draws and
// obeys keys. What is in the pictures is proven in Node (src/lib/scene).
import type { Locator, Page } from '@playwright/test';
import { expect, test } from './fixtures';

/** Share of a screenshot's pixels that are the cube's orange. The page itself cannot read a canvas it handed over. */
async function orangeShare(page: Page, locator: Locator): Promise<number> {
	const png = (await locator.screenshot()).toString('base64');
	return page.evaluate(async (base64) => {
		const image = new Image();
		image.src = `data:image/png;base64,${base64}`;
		await image.decode();
		const probe = new OffscreenCanvas(image.width, image.height).getContext('2d');
		probe?.drawImage(image, 0, 0);
		const bytes = probe?.getImageData(0, 0, image.width, image.height).data ?? [];
		let orange = 0;
		for (let i = 0; i < bytes.length; i += 4) {
			const [red = 0, green = 0, blue = 0] = [bytes[i], bytes[i + 1], bytes[i + 2]];
			if (red > 120 && red > 1.6 * green && red > 4 * blue) orange++;
		}
		return orange / (image.width * image.height);
	}, png);
}

test('the top camera and the view show the cube', async ({ page, site }) => {
	await page.goto(`${site.url}/lab`);
	await expect(page.locator('[data-view]')).toHaveAttribute('data-view', /webgl|software/);
	for (const picture of [page.locator('canvas[width="320"]').first(), page.locator('[data-view]')])
		await expect.poll(() => orangeShare(page, picture)).toBeGreaterThan(0.0008);
});

test('the view is turned by keys while it has the focus', async ({ page, site }) => {
	await page.goto(`${site.url}/lab`);
	const view = page.locator('[data-view]');
	await expect.poll(() => orangeShare(page, view)).toBeGreaterThan(0.0008);
	await view.focus();
	const far = await orangeShare(page, view);
	for (let n = 0; n < 4; n++) await page.keyboard.press('+');
	await expect.poll(() => orangeShare(page, view)).toBeGreaterThan(1.3 * far);
	await page.keyboard.press('Home');
	await expect.poll(() => orangeShare(page, view)).toBeLessThan(1.2 * far);
});
