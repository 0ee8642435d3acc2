// The Hub, as far as the lab asks it: single files of policy packages.
import { parseConfig } from '../../../../server/config.js';
import type { HubSettings } from './addresses';

export { hubFile, relayHubFile, type HubFile } from './relay';

/** null: whoever runs this server has turned it off, or the configuration is none (which start says). */
export function hubSettings(
	environment: Readonly<Record<string, string | undefined>> = process.env
): HubSettings | null {
	const parsed = parseConfig(environment);
	if (!parsed.ok || parsed.value.HUB_ENDPOINT === null) return null;
	return { endpoint: parsed.value.HUB_ENDPOINT, fileHosts: parsed.value.HUB_FILE_HOSTS };
}
