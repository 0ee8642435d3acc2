// Which hosts this server asks for a person, and which it never asks whoever says so. A page names a repository; where that
// leads is decided by redirects of strangers, so every step is looked at before it is taken.

import { lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Where packages come from; the schema is server/config.js. */
export interface HubSettings {
	/** Scheme and host. */
	readonly endpoint: URL;
	/** `name`, `name:port` or `*.name`, lower case. */
	readonly fileHosts: readonly string[];
}

/** Not on the internet: this computer, private networks, shared and link-local space, tests, multicast and what is reserved (RFC 6890). */
const PRIVATE = new BlockList();
for (const [net, bits] of [
	['0.0.0.0', 8],
	['10.0.0.0', 8],
	['100.64.0.0', 10],
	['127.0.0.0', 8],
	['169.254.0.0', 16],
	['172.16.0.0', 12],
	['192.0.0.0', 24],
	['192.0.2.0', 24],
	['192.88.99.0', 24],
	['192.168.0.0', 16],
	['198.18.0.0', 15],
	['198.51.100.0', 24],
	['203.0.113.0', 24],
	['224.0.0.0', 3]
] as const)
	PRIVATE.addSubnet(net, bits, 'ipv4');
/** Of IPv6 only what is handed out to the world is asked, and of that not what carries an IPv4 address inside (6to4, Teredo) or is for tests. */
const GLOBAL = new BlockList();
GLOBAL.addSubnet('2000::', 3, 'ipv6');
for (const [net, bits] of [
	['2001::', 23],
	['2001:db8::', 32],
	['2002::', 16],
	['3fff::', 20]
] as const)
	PRIVATE.addSubnet(net, bits, 'ipv6');

export function isPublicAddress(address: string): boolean {
	const version = isIP(address);
	if (version === 4) return !PRIVATE.check(address, 'ipv4');
	return version === 6 && GLOBAL.check(address, 'ipv6') && !PRIVATE.check(address, 'ipv6');
}

/** May be asked: the endpoint itself, or a host that whoever runs this server has written down. */
export function mayAsk(url: URL, { endpoint, fileHosts }: HubSettings): boolean {
	if (url.username !== '' || url.password !== '') return false;
	// Without encryption only where the endpoint itself has none, which the configuration allows on this computer alone.
	if (url.protocol !== 'https:' && !(url.protocol === 'http:' && endpoint.protocol === 'http:')) return false;
	if (url.host === endpoint.host) return true;
	return fileHosts.some((host) =>
		host.startsWith('*.')
			? isIP(bare(url)) === 0 && url.host.endsWith(host.slice(1)) && url.host.length > host.length - 1
			: url.host === host
	);
}

/**
 * Names that lead to a private network fail with `EPRIVATE`. An address in the URL is asked only where `mayAsk` found it
 * written down, so it needs no look here.
 */
export const publicLookup: LookupFunction = (hostname, options, callback) => {
	lookup(hostname, { ...options, all: true }, (error, found) => {
		if (error !== null) {
			callback(error, []);
			return;
		}
		if (found.length === 0 || found.some(({ address }) => !isPublicAddress(address))) {
			const refused = Object.assign(new Error(`${hostname} leads to a private network`), {
				code: 'EPRIVATE'
			});
			callback(refused, []);
			return;
		}
		if (options.all === true) callback(null, found);
		else callback(null, found[0]?.address ?? '', found[0]?.family);
	});
};

/** Without the brackets of an IPv6 address. */
function bare({ hostname }: URL): string {
	return hostname.replace(/^\[|\]$/g, '');
}
