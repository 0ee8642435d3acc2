// The lab as a person drives it: finds things by role and word, in either language. Looks inside only through the probe
// (`?probe=on`, see src/lib/lab/page/probe.ts). Plain Playwright, without the test runner, so that other tools can use it.
import { readFileSync } from 'node:fs';
import type { Download, Locator, Page } from '@playwright/test';
import type { LabProbe, LabSnapshot } from '../../src/lib/lab/page/probe';

export interface OpenLab {
	readonly locale?: 'de' | 'en';
	/** Virtual time, as fast as every part keeps up. */
	readonly clock?: 'wall' | 'lockstep';
	/** Paints each picture's number into it. */
	readonly stamp?: boolean;
	readonly seed?: number;
	/** The probe is there unless refused. */
	readonly probe?: boolean;
	/** Physics is waited for unless refused. */
	readonly physics?: boolean;
}

/** One joint's to and fro, LeRobot units and turns. */
export interface Wave {
	readonly mid: number;
	readonly swing: number;
	readonly periodS: number;
	readonly phase: number;
}

type Words = Readonly<Record<string, string>>;
export type WorkerName = 'robot' | 'plant' | 'render' | 'recorder' | 'dataset' | 'infer';
export type EpisodeCountsSeen = Extract<
	LabSnapshot['recording']['now'],
	{ state: 'recording' | 'review' }
>['counts'];

const READY_MS = 30_000;
const PATIENCE_MS = 20_000;
/** Words of the six sliders, in the order of the arm. */
const JOINTS = [
	'shoulder_pan',
	'shoulder_lift',
	'elbow_flex',
	'wrist_flex',
	'wrist_roll',
	'gripper'
] as const;

function wordsOf(locale: 'de' | 'en'): Words {
	return JSON.parse(readFileSync(new URL(`../../messages/${locale}.json`, import.meta.url), 'utf8')) as Words;
}

export class LabPage {
	readonly page: Page;
	readonly #words: Words;

	private constructor(page: Page, words: Words) {
		this.page = page;
		this.#words = words;
	}

	/** Goes to the lab and waits until it is ready, physics included. `site` without a slash at the end. */
	static async open(page: Page, site: string, options: OpenLab = {}): Promise<LabPage> {
		const { locale = 'de', clock = 'wall', stamp = false, seed, probe = true, physics = true } = options;
		const query = new URLSearchParams();
		if (clock === 'lockstep') query.set('clock', 'lockstep');
		if (stamp) query.set('stamp', 'on');
		if (seed !== undefined) query.set('seed', String(seed));
		if (probe) query.set('probe', 'on');
		await page.goto(`${site}${locale === 'en' ? '/en' : ''}/lab?${query.toString()}`);
		const lab = new LabPage(page, wordsOf(locale));
		await lab.ready();
		if (probe && physics) await lab.until((now) => now.physics, 'physics');
		return lab;
	}

	/** The lab that `page` already shows. */
	static at(page: Page, locale: 'de' | 'en' = 'de'): LabPage {
		return new LabPage(page, wordsOf(locale));
	}

	async ready(): Promise<void> {
		await this.page.waitForSelector('html[data-robot="ready"]', { state: 'attached', timeout: READY_MS });
	}

	/** The words of a message key in the page's language. */
	word(key: string): string {
		const found = this.#words[key];
		if (found === undefined) throw new TypeError(`no message ${key}`);
		return found;
	}

	snapshot(): Promise<LabSnapshot> {
		return this.page.evaluate(() => {
			const { edubotics } = globalThis as { edubotics?: LabProbe };
			if (edubotics === undefined) throw new TypeError('the page was opened without ?probe=on');
			return edubotics.snapshot();
		});
	}

	/** Waits until what the probe sees fulfils `holds`; the snapshot that did. */
	async until(
		holds: (now: LabSnapshot) => boolean,
		what: string,
		patienceMs = PATIENCE_MS
	): Promise<LabSnapshot> {
		const endMs = Date.now() + patienceMs;
		for (;;) {
			const now = await this.snapshot();
			if (holds(now)) return now;
			if (Date.now() > endMs)
				throw new Error(`waited ${patienceMs} ms for ${what}; ${JSON.stringify(now).slice(0, 1500)}`);
			await this.page.waitForTimeout(50);
		}
	}

	/** Where a joint stands, LeRobot units; the first value that was read. */
	async angle(joint: number): Promise<number> {
		const { state } = await this.until(
			(now) => Number.isFinite(now.state?.[joint]),
			`a value of joint ${joint + 1}`
		);
		return state?.[joint] ?? Number.NaN;
	}

	kill(worker: WorkerName): Promise<void> {
		return this.page.evaluate(
			(name) => (globalThis as { edubotics?: LabProbe }).edubotics?.kill(name),
			worker
		);
	}

	/** A button by message key; several may do the same thing (panel and next step): the first. */
	button(key: string): Locator {
		return this.page.getByRole('button', { name: this.word(key) }).first();
	}

	/**
	 * Unlocks the arm. A computer that stood still for half a second meanwhile counts as one that slept: the arm is locked
	 * again, and a person unlocks it again.
	 */
	async arm(): Promise<void> {
		for (let attempt = 1; ; attempt++) {
			const { report } = await this.snapshot();
			await this.button('arm_unlock').click();
			const now = await this.until(
				(seen) =>
					seen.report.status === 'armed' ||
					(seen.report.status === 'disarmed' && seen.report.epoch > report.epoch + 1),
				'the arm to be armed'
			);
			if (now.report.status === 'armed') return;
			if (attempt === 3) throw new Error('the arm was locked again three times');
		}
	}

	/** 0 = shoulder_pan ... 5 = gripper. */
	slider(joint: number): Locator {
		const name = this.word(`joint_${JOINTS[joint] ?? ''}`);
		return this.page.getByRole('slider', { name, exact: true });
	}

	/** Presses a key on a joint's slider: arrows 1, with Shift 5, PageUp and PageDown 15. */
	async nudge(joint: number, key: string, times = 1): Promise<void> {
		// The page is drawn again up to a tenth of a second after the probe sees a change; keys on a dead slider do nothing.
		await this.slider(joint).and(this.page.locator(':enabled')).focus();
		for (let n = 0; n < times; n++) await this.page.keyboard.press(key);
	}

	/**
	 * Puts all six sliders to `targets` (LeRobot units) and waits until the goal that the gate lets through is as close as that
	 * everywhere. Goals run ahead of the arm by a budget only: give it room.
	 */
	async moveTo(targets: readonly number[], within = 4): Promise<LabSnapshot> {
		for (const [joint, value] of targets.entries()) await this.slider(joint).fill(String(value));
		const there = ({ goal }: LabSnapshot): boolean =>
			goal !== null && targets.every((value, joint) => Math.abs((goal[joint] ?? NaN) - value) <= within);
		return this.until(there, `the arm to come to ${targets.join(', ')}`);
	}

	/**
	 * Moves every slider on a sine of the lab's own time, from now until the recording is in review: motion without a pause,
	 * however fast virtual time runs. Not awaited by those who record meanwhile.
	 */
	async sway(waves: readonly Wave[]): Promise<void> {
		const labels = JOINTS.map((joint) => this.word(`joint_${joint}`));
		await this.page.evaluate(
			async ({ waves, labels }) => {
				const { edubotics } = globalThis as { edubotics?: LabProbe };
				const sliders = labels.map((label) =>
					[...document.querySelectorAll<HTMLInputElement>('input[type=range]')].find(
						(input) => input.getAttribute('aria-label') === label
					)
				);
				for (;;) {
					const now = edubotics?.snapshot();
					if (now === undefined || now.recording.now.state === 'review') return;
					waves.forEach(({ mid, swing, periodS, phase }, joint) => {
						const slider = sliders[joint];
						if (slider === undefined) return;
						const turn = (now.tMs ?? 0) / 1000 / periodS + phase;
						slider.value = String(mid + swing * Math.sin(2 * Math.PI * turn));
						slider.dispatchEvent(new Event('input', { bubbles: true }));
					});
					await new Promise((resolve) => setTimeout(resolve, 4));
				}
			},
			{ waves, labels }
		);
	}

	async setTask(text: string): Promise<void> {
		const field = this.page.getByLabel(this.word('record_task_label'));
		await field.fill(text);
		await field.press('Enter');
		await this.until(({ recording }) => recording.task === text, 'the task to be taken');
	}

	/** Starts by the button; resolves when rows come. */
	async startRecording(): Promise<void> {
		await this.button('record_start').click();
		await this.untilFrames(1);
	}

	/** Resolves when the running episode has at least `frames` rows. */
	untilFrames(frames: number, patienceMs = PATIENCE_MS): Promise<LabSnapshot> {
		const enough = ({ recording: { now } }: LabSnapshot): boolean =>
			now.state === 'recording' && now.counts.frames >= frames;
		return this.until(enough, `${frames} rows`, patienceMs);
	}

	/** Stops by the button; the counts of the review. */
	async stopRecording(): Promise<EpisodeCountsSeen> {
		await this.button('record_stop').click();
		return this.review();
	}

	/** Waits for the review of a sealed episode; its counts. */
	async review(): Promise<EpisodeCountsSeen> {
		const { recording } = await this.until(
			(seen) => seen.recording.now.state === 'review',
			'the review of the episode'
		);
		if (recording.now.state !== 'review') throw new TypeError('no review');
		return recording.now.counts;
	}

	async decide(decision: 'keep' | 'discard'): Promise<void> {
		await this.button(`record_${decision}`).click();
		await this.until(({ recording }) => recording.now.state === 'idle', 'the decision');
	}

	/** What a recording counts, as numbers on the page by their label; null while a label is not shown. */
	async counter(key: string): Promise<string | null> {
		const label = this.page.locator('dt', { hasText: new RegExp(`^${this.word(key)}$`) }).first();
		if ((await label.count()) === 0) return null;
		return label.locator('xpath=following-sibling::dd[1]').innerText();
	}

	/** The side panel of a wide screen, or the section of a narrow one. */
	async show(section: 'record' | 'datasets'): Promise<void> {
		const word = this.word(`${section}_title`);
		await this.page.locator('label:visible', { hasText: word }).first().click();
	}

	/** One dataset in the list of datasets, by its name. */
	dataset(name: string): Locator {
		return this.page
			.getByRole('article')
			.filter({ has: this.page.getByRole('heading', { name, exact: true }) });
	}

	/** Downloads a dataset (the one being filled) as the person does. */
	async download(dataset: Locator = this.page.getByRole('article').first()): Promise<Download> {
		const [download] = await Promise.all([
			this.page.waitForEvent('download', { timeout: 60_000 }),
			dataset.getByRole('button', { name: this.word('dataset_download') }).click()
		]);
		return download;
	}
}
