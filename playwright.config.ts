import { defineConfig } from '@playwright/test';

export default defineConfig({
	testDir: 'e2e',
	testMatch: '**/*.spec.ts',
	workers: 1,
	retries: 0,
	fullyParallel: false,
	timeout: 60_000,
	outputDir: 'test-results',
	projects: [
		{ name: 'lab', testIgnore: '**/e2e/real/**' },
		// Real Web Serial on the rig's ports (e2e/real/fixtures.ts).
		{ name: 'real', testMatch: '**/e2e/real/**/*.spec.ts' }
	],
	use: {
		browserName: 'chromium',
		locale: 'de-DE',
		viewport: { width: 1366, height: 768 },
		launchOptions: {
			executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
			args: [
				'--no-sandbox',
				'--disable-quic',
				'--no-first-run',
				'--disable-background-networking',
				'--disable-component-update',
				'--disable-sync'
			]
		}
	}
});
