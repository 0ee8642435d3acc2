import adapter from '@sveltejs/adapter-node';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import { buildId } from './server/build-id.js';
import { csp } from './server/csp.js';

/** @type {import('@sveltejs/kit').Config} */
const config = {
	preprocess: vitePreprocess(),
	kit: {
		adapter: adapter({ out: 'build', precompress: false }),
		csp: { mode: 'hash', directives: csp.directives },
		// The page registers the worker itself through workbox-window, so that updates can wait for an idle arm.
		serviceWorker: { register: false },
		prerender: {
			handleHttpError: 'fail',
			handleMissingId: 'fail',
			entries: ['*', '/en'],
			handleUnseenRoutes: 'fail'
		},
		version: { name: buildId, pollInterval: 0 },
		typescript: {
			config: (generated) => {
				generated.include.push(
					'../e2e/**/*.ts',
					'../bench/**/*.ts',
					'../tools/**/*.ts',
					'../tools/**/*.js',
					'../server/**/*.js',
					'../*.config.ts'
				);
			}
		}
	},
	compilerOptions: { runes: true }
};

export default config;
