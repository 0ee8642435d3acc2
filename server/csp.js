// Content Security Policy as data: Kit writes it into the pages (with hashes for its own inline script), the server
// entry repeats it as a header. Trusted Types are on: script URLs come from one policy only (src/lib/ui/trusted.ts).

/**
 * @typedef {NonNullable<NonNullable<import('@sveltejs/kit').KitConfig['csp']>['directives']>} Directives
 * @type {{ scriptSources: NonNullable<Directives['script-src']>, directives: Directives }}
 */
export const csp = {
	scriptSources: ['self', 'wasm-unsafe-eval'],
	directives: {
		'default-src': ['none'],
		'style-src': ['self', 'unsafe-inline'],
		'img-src': ['self', 'data:', 'blob:'],
		'media-src': ['self', 'blob:'],
		'font-src': ['self'],
		'connect-src': ['self'],
		'worker-src': ['self'],
		'child-src': ['self'],
		'frame-src': ['self'],
		'manifest-src': ['self'],
		'base-uri': ['self'],
		'form-action': ['self'],
		'object-src': ['none'],
		'require-trusted-types-for': ['script'],
		'trusted-types': ['edubotics', 'svelte-trusted-html', 'sveltekit-trusted-url']
	}
};

/** Header form of the policy for answers that are not pages (workers, assets): no inline script at all. */
export const assetPolicy =
	"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; frame-ancestors 'none'";

/** Header form for pages. Script hashes are in the page's own meta policy; both must allow. */
export const pagePolicy =
	"object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types edubotics svelte-trusted-html sveltekit-trusted-url";
