// A step of the build: lists what the workers are made of in the client's manifest. SvelteKit tells the service worker only
// of files the manifest names, and a bundler's manifest leaves out the chunks and binaries that only workers load; without
// them the lab would not start offline.

const MANIFEST = '.vite/manifest.json';
const OF_WORKERS = /^_app\/immutable\/workers\//;

/** @returns {import('vite').Plugin} */
export function workerFiles() {
	return {
		name: 'edubotics-worker-files',
		apply: 'build',
		generateBundle: {
			order: 'post',
			handler(_options, bundle) {
				const manifest = bundle[MANIFEST];
				if (manifest?.type !== 'asset') return;
				const [file, ...assets] = Object.keys(bundle).filter((name) => OF_WORKERS.test(name));
				if (file === undefined) return;
				const listed = JSON.parse(String(manifest.source));
				manifest.source = JSON.stringify({ ...listed, workers: { file, assets } }, null, 2);
			}
		}
	};
}
