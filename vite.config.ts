import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { sveltekit } from '@sveltejs/kit/vite';
import { defineConfig } from 'vitest/config';
import { buildId } from './server/build-id.js';
import { securityHeaders } from './server/headers.js';
import { workerFiles } from './server/worker-files.js';

export default defineConfig({
	plugins: [
		paraglideVitePlugin({
			project: './project.inlang',
			outdir: './src/lib/i18n/generated',
			strategy: ['url', 'baseLocale'],
			outputStructure: 'message-modules'
		}),
		sveltekit(),
		workerFiles(),
		{
			name: 'edubotics-headers',
			configureServer(server) {
				server.middlewares.use((request, response, next) => {
					for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
					next();
				});
			}
		}
	],
	define: { __BUILD__: JSON.stringify(buildId) },
	worker: { format: 'es' },
	build: { target: 'esnext' },
	test: {
		include: ['src/**/*.test.ts', 'server/**/*.test.ts', 'tools/**/*.test.ts'],
		environment: 'node',
		testTimeout: 120_000,
		pool: 'threads',
		maxWorkers: 2
	}
});
