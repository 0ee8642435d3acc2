// Both languages say the same things: equal keys, equal placeholders, nothing empty, no straight quotes.
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '$lib/contracts';
import de from '../../../messages/de.json';
import en from '../../../messages/en.json';

type Message = string | readonly { readonly match: Readonly<Record<string, string>> }[];
const german = de as unknown as Readonly<Record<string, Message>>;
const english = en as unknown as Readonly<Record<string, Message>>;

/** Every text of a message: one, or one per plural form. */
function texts(message: Message | undefined): string[] {
	if (message === undefined) return [];
	if (typeof message === 'string') return [message];
	return message.flatMap((variants) => Object.values(variants.match));
}

function placeholders(message: Message | undefined): string[] {
	const names = texts(message).flatMap((text) =>
		[...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')
	);
	return [...new Set(names)].sort();
}

const EMERGENCY = /not-?aus|not-?halt|notstopp|emergency/i;

describe('messages', () => {
	const keys = Object.keys(german).filter((key) => key !== '$schema');

	it('has the same keys in both languages', () => {
		expect(Object.keys(english).sort()).toEqual(Object.keys(german).sort());
	});

	it.each(keys)('%s says something in both, with the same placeholders', (key) => {
		for (const text of [...texts(german[key]), ...texts(english[key])]) expect(text.trim()).not.toBe('');
		expect(placeholders(english[key])).toEqual(placeholders(german[key]));
	});

	it('calls the switch of the supply the emergency stop, and never the Stop of the app', () => {
		const speaks = keys.filter((key) =>
			[...texts(german[key]), ...texts(english[key])].some((text) => EMERGENCY.test(text))
		);
		// Whoever adds one here has read it: it is about the switch, or says that Stop is none.
		expect(speaks.sort()).toEqual([
			'bench_stall_safety',
			'docs_card_off_title',
			'docs_card_stop_text',
			'docs_risk_fall_do',
			'docs_safety_a_2',
			'docs_safety_a_title',
			'docs_wiring_b_title',
			'promise_stop'
		]);
	});

	it.each(ERROR_CODES)('error %s has title, what and next', (code) => {
		for (const part of ['title', 'what', 'next']) {
			expect(texts(german[`error_${code}_${part}`])).not.toEqual([]);
		}
	});
});
