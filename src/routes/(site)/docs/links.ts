// The help pages in the order they are listed.
import { m } from '$lib/i18n';

export interface DocsLink {
	readonly path: string;
	readonly title: string;
	readonly lead: string;
}

export function docsLinks(): DocsLink[] {
	return [
		{ path: '/docs/start', title: m.docs_start_title(), lead: m.docs_start_lead() },
		{ path: '/docs/keyboard', title: m.docs_keys_title(), lead: m.docs_keys_lead() },
		{ path: '/docs/safety', title: m.docs_safety_title(), lead: m.docs_safety_lead() },
		{ path: '/docs/wiring', title: m.docs_wiring_title(), lead: m.docs_wiring_lead() },
		{ path: '/docs/connect', title: m.docs_connect_title(), lead: m.docs_connect_lead() },
		{ path: '/docs/dataset', title: m.docs_dataset_title(), lead: m.docs_dataset_lead() },
		{ path: '/docs/offline', title: m.docs_offline_title(), lead: m.docs_offline_lead() },
		{ path: '/docs/print', title: m.docs_print_title(), lead: m.docs_print_lead() },
		{ path: '/docs/errors', title: m.docs_errors_title(), lead: m.docs_errors_lead() },
		{ path: '/bench', title: m.bench_title(), lead: m.bench_docs_lead() }
	];
}
