// What must never happen in any page of a browser context: a request to somebody else, a breach of the policy (CSP,
// Trusted Types), an error nobody caught. Collects them; a test asks for them at its end.
import type { BrowserContext, Page } from '@playwright/test';

export interface Watch {
	/** One line each; empty is well. */
	readonly findings: string[];
	/** How many requests the pages made. */
	readonly requests: () => number;
}

const OWN = /^(blob|data):/;

/** Watches everything that `context` opens from now on; `site` without a slash at the end. */
export async function watch(context: BrowserContext, site: string): Promise<Watch> {
	const findings: string[] = [];
	let requests = 0;
	context.on('request', (request) => {
		requests += 1;
		const url = request.url();
		if (!url.startsWith(`${site}/`) && !OWN.test(url)) findings.push(`foreign request: ${url}`);
	});
	await context.exposeBinding('reportBreach', (_source, breach: string) => {
		findings.push(`breach: ${breach}`);
	});
	await context.addInitScript(() => {
		const tell = (globalThis as unknown as { reportBreach: (text: string) => Promise<void> }).reportBreach;
		addEventListener('securitypolicyviolation', (event) => {
			const { violatedDirective, blockedURI, sourceFile, lineNumber, sample } = event;
			void tell(`${violatedDirective} ${blockedURI} at ${sourceFile}:${lineNumber} ${sample}`);
		});
	});
	const look = (page: Page): void => {
		page.on('pageerror', (error) => findings.push(`uncaught: ${error.stack ?? String(error)}`));
		page.on('console', (message) => {
			const text = message.text();
			const { url } = message.location();
			// Without a network the browser cannot look for a newer service worker; everything else must be there.
			if (message.type() === 'error' && !url.endsWith('/service-worker.js'))
				findings.push(`console: ${text} ${url}`);
		});
	};
	context.on('page', look);
	context.pages().forEach(look);
	return { findings, requests: () => requests };
}
