// The tests of the school: slower than the others, because they start the real Postgres and PostgREST.
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
	root: join(import.meta.dirname, '..'),
	resolve: { alias: { $lib: join(import.meta.dirname, '..', 'src', 'lib') } },
	test: {
		include: ['embedded/**/*.test.ts'],
		globalSetup: ['embedded/test-setup.ts'],
		environment: 'node',
		testTimeout: 300_000,
		hookTimeout: 300_000,
		pool: 'forks',
		maxWorkers: 2
	}
});
