// Headers every answer carries, prerendered pages and assets included: adapter-node runs no hook for those, and
// cross-origin isolation belongs to the document that was loaded.
import { assetPolicy, pagePolicy } from './csp.js';

/** @type {Readonly<Record<string, string>>} */
export const securityHeaders = {
	'cross-origin-opener-policy': 'same-origin',
	'cross-origin-embedder-policy': 'require-corp',
	'cross-origin-resource-policy': 'same-origin',
	'x-content-type-options': 'nosniff',
	// Other sites hear nothing. This one has to: without it a browser posts forms with `Origin: null`, which are refused.
	'referrer-policy': 'same-origin',
	'permissions-policy':
		'serial=(self), camera=(self), gamepad=(self), screen-wake-lock=(self), microphone=(), geolocation=(), payment=()'
};

/**
 * Sets the headers and, once the handler knows what it answers, the policy that fits: pages carry their script hashes
 * in a meta element of their own (both policies apply), everything else gets the strict one.
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
export function applyHeaders(request, response) {
	for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
	const path = (request.url ?? '/').split('?')[0] ?? '/';
	const isAsset = /\.[a-z0-9]+$/i.test(path);
	response.setHeader('content-security-policy', isAsset ? assetPolicy : pagePolicy);
	if (path === '/service-worker.js') response.setHeader('cache-control', 'no-cache');
}
