// Every screen of the connection machine is reached by a fault in a spec of e2e/real: a cause or a step that is added without
// one fails here. That the spec holds what it says is the spec's own business.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CONNECT_CAUSES } from '$lib/contracts';
import { CONNECT_STEPS } from '$lib/ui/connect/connect-view';

const folder = new URL('../../e2e/real/', import.meta.url);
const specs = readdirSync(folder)
	.filter((name) => name.endsWith('.spec.ts'))
	.map((name) => readFileSync(new URL(name, folder), 'utf8'))
	.filter((text) => !/test\.(fixme|only)\(/.test(text))
	.join('\n');

/** As the specs say it: by the page object, or as a row of the table of faults. */
const reached = (name: string): boolean =>
	specs.includes(`expectStep('${name}')`) || specs.includes(`cause: '${name}'`);

/** Too short to be sure to be drawn: the page draws fifteen times a second. */
const FLEETING = ['opening', 'ready'];

describe('the screens of connecting', () => {
	it.each(CONNECT_CAUSES)('%s is reached by a fault', (cause) => expect(reached(cause)).toBe(true));

	it.each(CONNECT_STEPS.filter((step) => step !== 'problem' && !FLEETING.includes(step)))(
		'%s is passed',
		(step) => expect(reached(step)).toBe(true)
	);
});
