// URL locale: `/` is German, `/en/` English; both address the same route.
import { deLocalizeUrl } from '$lib/i18n';
import type { Reroute } from '@sveltejs/kit';

export const reroute: Reroute = ({ url }) => deLocalizeUrl(url).pathname;
