// The one way a worker starts. Trusted Types allow script URLs from this policy only, and it lets through nothing but
// our own origin; lint bans `new Worker` everywhere else.

type ScriptUrl = string | URL;

interface ScriptUrlPolicy {
	createScriptURL(url: string): ScriptUrl;
}

interface TrustedTypes {
	createPolicy(name: string, rules: { createScriptURL(url: string): string }): ScriptUrlPolicy;
}

function sameOrigin(url: string): string {
	const resolved = new URL(url, location.href);
	if (resolved.origin !== location.origin)
		throw new TypeError(`script from a foreign origin: ${resolved.origin}`);
	return resolved.href;
}

let policy: ScriptUrlPolicy | undefined;

/** A script URL of our own origin that Trusted Types accept. Throws for any other origin. */
export function trustedScriptUrl(url: string): ScriptUrl {
	const factory = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes;
	policy ??= factory?.createPolicy('edubotics', { createScriptURL: sameOrigin }) ?? {
		createScriptURL: sameOrigin
	};
	return policy.createScriptURL(url);
}

/** Starts a module worker. `url` comes from an `import ... from './x.worker.ts?worker&url'`. */
export function spawnWorker(url: string, name: string): Worker {
	// eslint-disable-next-line no-restricted-syntax -- this is the one place
	return new Worker(trustedScriptUrl(url), { type: 'module', name });
}
