// What comes in by POST: small JSON objects and nothing else. A form of another site cannot send that type.

import { error } from '@sveltejs/kit';
import { z } from 'zod';
import { LAB_EVENT_KINDS, type LabEvent } from '$lib/contracts';

/** The JSON object of a request; 400 for anything else, 415 for another type. */
export async function json400(request: Request): Promise<Readonly<Record<string, unknown>>> {
	if (request.headers.get('content-type')?.startsWith('application/json') !== true) error(415);
	const body: unknown = await request.json().catch(() => null);
	if (typeof body !== 'object' || body === null || Array.isArray(body)) error(400);
	return body as Readonly<Record<string, unknown>>;
}

/** What was typed into a field of a form, without blanks around it; a file is nothing typed. */
export function typed(form: FormData, name: string): string {
	return secret(form, name).trim();
}

/** A password: blanks around it belong to it. */
export function secret(form: FormData, name: string): string {
	const value = form.get(name);
	return typeof value === 'string' ? value : '';
}

/** As many events as one request may carry. */
const MOST_EVENTS = 100;

const batch = z
	.array(
		z.object({
			id: z.uuid(),
			deviceId: z.uuid(),
			seq: z.number().int().positive(),
			kind: z.enum(LAB_EVENT_KINDS),
			happenedAt: z.iso.datetime(),
			payload: z.record(z.string().max(40), z.union([z.string().max(60), z.number(), z.boolean()]))
		})
	)
	.min(1)
	.max(MOST_EVENTS);

/** null: not a batch of lab events. */
export function labEventBatch(value: unknown): LabEvent[] | null {
	const parsed = batch.safeParse(value);
	return parsed.success ? parsed.data : null;
}
