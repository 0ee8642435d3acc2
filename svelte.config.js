import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import adapter from '@sveltejs/adapter-node';
import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import { buildId } from './server/build-id.js';
import { csp } from './server/csp.js';

/** The stop pad's script stands in its frame as text (src/lib/lab/stop-pad/pad-document.ts); the pages' policy names it. */
const padScript = readFileSync(new URL('./src/lib/lab/stop-pad/pad.js', import.meta.url), 'utf8');
const padHash = createHash('sha256').update(padScript.replaceAll('\r\n', '\n')).digest('base64');

/** @type {import('@sveltejs/kit').Config} */
const config = {
	preprocess: vitePreprocess(),
	kit: {
		adapter: adapter({ out: 'build', precompress: false }),
		csp: {
			mode: 'hash',
			directives: { ...csp.directives, 'script-src': [...csp.scriptSources, `sha256-${padHash}`] }
		},
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
					'../server/**/*.ts',
					'../embedded/**/*.ts',
					'../*.config.ts'
				);
			}
		}
	},
	compilerOptions: { runes: true }
};

export default config;
