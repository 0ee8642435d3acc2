// What a school's network answers instead of the class: a proxy's page, an error, nothing at all, something that looks right.
import { afterEach, expect, it, vi } from 'vitest';
import type { LabEvent } from '$lib/contracts';
import { sendEvents, sendPresence } from './http';

const EVENTS: LabEvent[] = [
	{ id: 'a', deviceId: 'd', seq: 1, kind: 'connected', happenedAt: '2026-11-23T08:00:00.000Z', payload: {} }
];

function answering(answer: Response | Error): void {
	vi.stubGlobal(
		'fetch',
		vi.fn(() => (answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer)))
	);
}
const json = (body: unknown, status = 200): Response => Response.json(body, { status });

afterEach(() => vi.unstubAllGlobals());

it.each([
	['taken', json({ lastSeq: 1 }), { kind: 'taken', lastSeq: 1 }],
	[
		'a proxy that says 200 and sends a page',
		new Response('<html>Login</html>', { headers: { 'content-type': 'text/html' } }),
		{ kind: 'away' }
	],
	[
		'a page that claims to be JSON',
		new Response('<html>', { headers: { 'content-type': 'application/json' } }),
		{ kind: 'away' }
	],
	['JSON of somebody else', json({ success: true }), { kind: 'away' }],
	['a number that is none', json({ lastSeq: '1' }), { kind: 'away' }],
	['null', json(null), { kind: 'away' }],
	['a server on its knees', json({ problem: 'unreachable' }, 503), { kind: 'away' }],
	[
		'a gateway page',
		new Response('<h1>502</h1>', { status: 502, headers: { 'content-type': 'text/html' } }),
		{ kind: 'away' }
	],
	['no session', json({ problem: 'not_allowed' }, 401), { kind: 'signed_out' }],
	['another seat', json({ problem: 'not_allowed' }, 403), { kind: 'refused' }],
	['a batch nobody understands', json({ problem: 'invalid' }, 400), { kind: 'refused' }],
	['no network', new TypeError('Failed to fetch'), { kind: 'away' }]
])('%s', async (_what, answer, expected) => {
	answering(answer);
	expect(await sendEvents('seat', EVENTS)).toEqual(expected);
});

it('hears how long the class is held only from the class itself', async () => {
	answering(json({ heard: true, holdForMs: 4000 }));
	expect(await sendPresence('seat', 'driving', true)).toBe(4000);
	answering(json({ heard: true }));
	expect(await sendPresence('seat', 'driving', false)).toBeNull();
	answering(json({ heard: true, holdForMs: '9' }));
	expect(await sendPresence('seat', 'driving', true)).toBeNull();
	answering(new Response('<html>', { headers: { 'content-type': 'text/html' } }));
	expect(await sendPresence('seat', 'driving', true)).toBeNull();
});
