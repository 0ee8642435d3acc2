// The class over HTTP, as the lab speaks to it: same origin, the cookie says who. Every answer that is not the class's own
// JSON is nobody's answer.

import type { LabEvent } from '$lib/contracts';
import type { SendAnswer } from './sync';

/** Shorter than a proxy's patience, longer than a slow school line. */
const PATIENCE_MS = 15_000;

async function post(
	path: string,
	body: unknown
): Promise<{ status: number; json: Record<string, unknown> } | null> {
	try {
		const answer = await fetch(path, {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(body),
			credentials: 'same-origin',
			redirect: 'error',
			signal: AbortSignal.timeout(PATIENCE_MS)
		});
		if (answer.headers.get('content-type')?.startsWith('application/json') !== true) return null;
		const json: unknown = await answer.json();
		if (typeof json !== 'object' || json === null) return null;
		return { status: answer.status, json: json as Record<string, unknown> };
	} catch {
		return null;
	}
}

export async function sendEvents(seatId: string, events: readonly LabEvent[]): Promise<SendAnswer> {
	const answer = await post('/api/class/events', { seatId, events });
	if (answer === null) return { kind: 'away' };
	const lastSeq = answer.json['lastSeq'];
	if (answer.status === 200 && typeof lastSeq === 'number') return { kind: 'taken', lastSeq };
	if (answer.status === 401) return { kind: 'signed_out' };
	return { kind: answer.status === 403 || answer.status === 400 ? 'refused' : 'away' };
}

/**
 * Says what the lab does. With `asksHold` the answer says how long the class is still held, ms (0: not); null where it was
 * not asked or nobody answered. @param state a PresenceState, or `closed`
 */
export async function sendPresence(seatId: string, state: string, asksHold: boolean): Promise<number | null> {
	const answer = await post('/api/class/presence', { seatId, state, asksHold });
	const holdForMs = answer?.status === 200 ? answer.json['holdForMs'] : null;
	return typeof holdForMs === 'number' ? holdForMs : null;
}
