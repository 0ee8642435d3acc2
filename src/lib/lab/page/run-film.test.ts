import { createSignal } from '$lib/core';
import type { PolicyManifest, PolicyRunRecord } from '$lib/contracts';
import { IDLE, recorderTransition, type RecorderEvent } from '$lib/recorder';
import { describe, expect, it } from 'vitest';
import { RunFilm, type EpisodeOfRun } from './run-film';

const RUN = { id: 'run-1', policyId: 'a', policyName: 'A' } as PolicyRunRecord;
const MANIFEST = { training: { task: 'Put the cube.' } } as PolicyManifest;

/** A lab whose recorder answers as told. */
function rig(refuse = false) {
	const changed = createSignal<void>();
	const sent: string[] = [];
	let sealed = 0;
	const described: (EpisodeOfRun | null)[] = [];
	const core = {
		changed,
		storeOpen: true,
		capabilities: null,
		episodeOfRun: null as EpisodeOfRun | null,
		recording: {
			state: IDLE,
			send(event: RecorderEvent): void {
				sent.push(event.type);
				const { state, effects } = recorderTransition(core.recording.state, event);
				core.recording.state = state;
				for (const effect of effects) {
					if (effect.do === 'prepare') {
						described.push(core.episodeOfRun);
						later(refuse ? { type: 'refused', code: 'storage_full' } : { type: 'prepared' });
					}
					if (effect.do === 'seal') later({ type: 'sealed', episodeId: `episode-${++sealed}` });
				}
				changed.emit();
			}
		}
	};
	const later = (event: RecorderEvent): void => void Promise.resolve().then(() => core.recording.send(event));
	const film = new RunFilm(core as unknown as ConstructorParameters<typeof RunFilm>[0], () => 'Runs');
	return { core, film, sent, described };
}

describe('a run on film', () => {
	it('records before it drives, as a run, and is kept without a question', async () => {
		const { core, film, sent, described } = rig();
		await film.begin(RUN, MANIFEST, true);
		expect(core.recording.state.name).toBe('recording');
		expect(described).toEqual([
			{
				datasetId: '',
				datasetName: 'Runs',
				task: 'Put the cube.',
				run: { runId: 'run-1', policyId: 'a', policyName: 'A' }
			}
		]);
		expect(await film.end()).toBe('episode-1');
		// What a person records next is theirs again.
		expect(core.episodeOfRun).toBeNull();
		expect(core.recording.state).toEqual(IDLE);
		expect(sent).toEqual(['start', 'prepared', 'stop', 'sealed', 'keep']);
		expect(await film.end()).toBeNull();
	});

	it('a recording that ended by itself meanwhile is still the run’s', async () => {
		const { core, film } = rig();
		await film.begin(RUN, MANIFEST, true);
		core.recording.send({ type: 'interrupt', code: 'camera_frozen' });
		expect(await film.end()).toBe('episode-1');
	});

	it('goes on without where nothing can be recorded or nobody wants it, and stops nobody’s own recording', async () => {
		const refused = rig(true);
		await refused.film.begin(RUN, MANIFEST, true);
		expect(await refused.film.end()).toBeNull();
		expect(refused.core.episodeOfRun).toBeNull();

		const unwanted = rig();
		unwanted.film.wanted = false;
		await unwanted.film.begin(RUN, MANIFEST, true);
		expect(unwanted.sent).toEqual([]);

		const busy = rig();
		busy.core.recording.send({ type: 'start', countdownS: 0 });
		await Promise.resolve();
		expect(busy.film.possible).toBe(false);
		await busy.film.begin(RUN, MANIFEST, true);
		expect(await busy.film.end()).toBeNull();
		expect(busy.core.recording.state.name).toBe('recording');
		expect(busy.described).toEqual([null]);
	});
});

describe('a person who records while a model drives', () => {
	const own = async ({ core }: ReturnType<typeof rig>): Promise<void> => {
		core.recording.send({ type: 'start', countdownS: 0 });
		await settled();
	};
	const settled = async (): Promise<void> => {
		for (let n = 0; n < 5; n++) await Promise.resolve();
	};

	it.each([
		['nobody wants the film', false, true],
		['it is a start of a series', true, false]
	])('%s: what is recorded by hand is the run’s, and not ended with it', async (_, wanted, films) => {
		const lab = rig();
		lab.film.wanted = wanted;
		await lab.film.begin(RUN, MANIFEST, films);
		await own(lab);
		expect(lab.described[0]?.run.runId).toBe('run-1');
		expect(await lab.film.end()).toBeNull();
		expect(lab.core.recording.state.name).toBe('recording');
		expect(lab.core.episodeOfRun).toBeNull();
	});

	it('sealed and kept by hand before the end: it is still known as the run’s', async () => {
		const { core, film } = rig();
		await film.begin(RUN, MANIFEST, true);
		core.recording.send({ type: 'stop' });
		await settled();
		core.recording.send({ type: 'keep' });
		expect(core.recording.state).toEqual(IDLE);
		expect(await film.end()).toBe('episode-1');
	});

	it('and then records another: that one is the run’s too, and goes on after it', async () => {
		const lab = rig();
		await lab.film.begin(RUN, MANIFEST, true);
		lab.core.recording.send({ type: 'interrupt', code: 'camera_frozen' });
		await settled();
		await own(lab);
		expect(lab.described[1]?.run.runId).toBe('run-1');
		expect(await lab.film.end()).toBe('episode-1');
		expect(lab.core.recording.state.name).toBe('recording');
	});
});

it('a run that never drove leaves no film', async () => {
	const { core, film, sent } = rig();
	await film.begin(RUN, MANIFEST, true);
	await film.drop();
	expect(sent.slice(2)).toEqual(['stop', 'sealed', 'discard']);
	expect(core.recording.state).toEqual(IDLE);
	expect(core.episodeOfRun).toBeNull();
});
