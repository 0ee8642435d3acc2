import type { PolicyRunRecord, WhyAnalysis } from '$lib/contracts';
import type { PolicyStore } from '$lib/inference/package';
import { describe, expect, it } from 'vitest';
import type { WhyAnswer, WhyProgress, WhyRequest } from '../hosts/why-api';
import { WhyDesk } from './why-desk';

const run = (id: string, episodeId: string | null = 'e'): PolicyRunRecord =>
	({ id, policyId: 'p', policyName: 'P', end: { episodeId } }) as PolicyRunRecord;

const analysis = {
	findings: [
		{
			kind: 'start_unseen',
			beyond: [],
			nearest: null,
			pictures: [{ role: 'now', camera: 'top', atS: 0, png: Uint8Array.of(1) }]
		}
	]
} as unknown as WhyAnalysis;

function rig(known: Record<string, WhyAnalysis> = {}) {
	const looks: {
		request: WhyRequest;
		tell: (progress: WhyProgress) => void;
		answer: (answer: WhyAnswer | null) => Promise<void>;
		ended: number;
	}[] = [];
	const urls: string[] = [];
	const desk = new WhyDesk({
		seatId: 's',
		store: () => ({ why: (id: string) => Promise.resolve(known[id]) }) as unknown as PolicyStore,
		startLook(request, tell) {
			let give: (answer: WhyAnswer | null) => void = () => undefined;
			const answer = new Promise<WhyAnswer | null>((resolve) => (give = resolve));
			const look = {
				request,
				tell,
				ended: 0,
				answer: async (value: WhyAnswer | null) => {
					give(value);
					await settle();
				}
			};
			looks.push(look);
			return { answer, end: () => void (look.ended += 1) };
		},
		urls: {
			make: () => {
				urls.push(`blob:${urls.length}`);
				return urls.at(-1) ?? '';
			},
			drop: (url) => void urls.splice(urls.indexOf(url), 1, 'dropped')
		},
		onChange: () => undefined
	});
	return { desk, looks, urls };
}

async function settle(): Promise<void> {
	for (let n = 0; n < 5; n++) await Promise.resolve();
}

describe('asking why', () => {
	it('shows what is known at once, and looks again when asked', async () => {
		const { desk, looks, urls } = rig({ r: analysis });
		await desk.ask(run('r'));
		expect(looks).toEqual([]);
		expect(desk.view).toMatchObject({ state: 'done', kept: true, runId: 'r' });
		expect(urls).toEqual(['blob:0']);
		desk.actions.again();
		expect(desk.view?.state).toBe('working');
		expect(urls).toEqual(['dropped']);
		expect(looks).toHaveLength(1);
	});

	it('tells how far the look is, shows its result, and gives the worker back', async () => {
		const { desk, looks } = rig();
		await desk.ask(run('r'));
		const [look] = looks;
		expect(look?.request).toMatchObject({ seatId: 's', policyId: 'p', episodeId: 'e' });
		look?.tell({ step: 'answers', share: 0.5 });
		expect(desk.view).toMatchObject({ state: 'working', step: 'answers', share: 0.5 });
		await look?.answer({ ok: true, analysis, kept: false });
		expect(desk.view).toMatchObject({ state: 'done', kept: false });
		expect(look?.ended).toBe(1);
	});

	it.each([
		['no episode', { ok: false, code: 'no_episode', details: {} }, 'no_episode', null],
		[
			'other joints',
			{ ok: false, code: 'episode_other_robot', details: {} },
			'failed',
			{ code: 'episode_other_robot', details: {} }
		],
		['a dead worker', null, 'failed', null]
	] as const)('says so: %s', async (_, answer, state, problem) => {
		const { desk, looks } = rig();
		await desk.ask(run('r', null));
		await looks[0]?.answer(answer);
		expect(desk.view).toMatchObject({ state, problem });
	});

	it('a closed look is ended, and what it still says is not heard', async () => {
		const { desk, looks } = rig();
		await desk.ask(run('r'));
		desk.close();
		expect(looks[0]?.ended).toBe(1);
		expect(desk.view).toBeNull();
		await looks[0]?.answer({ ok: true, analysis, kept: true });
		expect(desk.view).toBeNull();
		await desk.ask(run('other'));
		looks[0]?.tell({ step: 'findings', share: 1 });
		expect(desk.view).toMatchObject({ runId: 'other', share: null });
	});
});
