// The one way a worker starts and the one way a frame gets its markup. Trusted Types allow both from this policy only, and
// it lets through nothing but script addresses of our own origin and the stop pad; lint bans `new Worker` everywhere else.

import { padDocument } from './stop-pad/pad-document';

type ScriptUrl = string | URL;

interface Policy {
	createScriptURL(url: string): ScriptUrl;
	/** TrustedHTML where the browser has it. */
	createHTML(text: string): string;
}

interface TrustedTypes {
	createPolicy(name: string, rules: Policy): Policy;
}

function sameOrigin(url: string): string {
	const resolved = new URL(url, location.href);
	if (resolved.origin !== location.origin)
		throw new TypeError(`script from a foreign origin: ${resolved.origin}`);
	return resolved.href;
}

/** The only markup that ever becomes a document: the stop pad's own. */
function onlyThePad(text: string): string {
	if (text !== padDocument) throw new TypeError('markup of unknown origin');
	return text;
}

const RULES: Policy = { createScriptURL: sameOrigin, createHTML: onlyThePad };
let policy: Policy | undefined;

function trusted(): Policy {
	const factory = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
	policy ??= factory?.createPolicy('edubotics', RULES) ?? RULES;
	return policy;
}

/** A script URL of our own origin that Trusted Types accept. Throws for any other origin. */
export function trustedScriptUrl(url: string): ScriptUrl {
	return trusted().createScriptURL(url);
}

/** The stop pad's document, in the form in which a frame accepts it. */
export function trustedPadDocument(): string {
	return trusted().createHTML(padDocument);
}

/** Starts a module worker. `url` comes from an `import ... from './x.worker.ts?worker&url'`. */
export function spawnWorker(url: string, name: string): Worker {
	// eslint-disable-next-line no-restricted-syntax -- this is the one place
	return new Worker(trustedScriptUrl(url), { type: 'module', name });
}
