// Connecting a real arm as a person does it: by the buttons, counting every click. Stands on the lab's page object.
import { expect, type Locator, type Page } from '@playwright/test';
import type { ConnectCause } from '../../src/lib/contracts/arm-connection';
import type { ConnectStep } from '../../src/lib/ui/connect/connect-view';
import { LabPage, type OpenLab } from '../pages/lab-page';
import type { Rig } from './rig-client';

/** A port that opens, six servos that are asked and asked again, on a busy machine. */
export const PATIENCE_MS = 20_000;
/** Degrees that are a motion, and how long one may take to come. */
const A_MOTION = 2;
const DRIVE_MS = 10_000;
const MOST_UNLOCKS = 4;
const PAN = 0;

export class ConnectPage {
	readonly lab: LabPage;
	/** Clicks so far; choosing from a closed list is two. */
	clicks = 0;

	private constructor(lab: LabPage) {
		this.lab = lab;
	}

	/** Goes to the lab, which begins with the virtual arm. */
	static async open(page: Page, site: string, options: OpenLab = {}): Promise<ConnectPage> {
		return new ConnectPage(await LabPage.open(page, site, { ...options, physics: false }));
	}

	async click(target: Locator): Promise<void> {
		this.clicks += 1;
		await target.click();
	}

	/** The procedure's sheet while it shows this step or cause. */
	sheet(step: Exclude<ConnectStep, 'problem'> | ConnectCause): Locator {
		return this.lab.page.locator(`section[data-step="${step}"]`);
	}

	/** What the sheet of a cause proposes first. */
	firstOffer(cause: ConnectCause): Locator {
		return this.sheet(cause).locator('.buttons button').first();
	}

	async expectStep(step: Exclude<ConnectStep, 'problem'> | ConnectCause): Promise<void> {
		await expect(this.sheet(step)).toBeVisible({ timeout: PATIENCE_MS });
	}

	/** Chooses the real arm instead of the virtual one. */
	async chooseReal(): Promise<void> {
		this.clicks += 2;
		const { page } = this.lab;
		const list = page.getByRole('combobox', { name: this.lab.word('arm_kind_legend') });
		await list.selectOption('real');
	}

	/** From the virtual arm to the browser's list, which the chooser answers: with no port known, the first screen leads to it. */
	async toChooser(): Promise<void> {
		await this.chooseReal();
		await this.click(this.lab.button('connect_before_go'));
	}

	/** Until the arm is there, locked. */
	async untilConnected(): Promise<void> {
		await this.lab.until(
			({ report, state }) => report.status === 'disarmed' && state !== null,
			'the arm to be connected',
			PATIENCE_MS
		);
	}

	/** From an empty profile to a connected arm. */
	async connect(): Promise<void> {
		await this.toChooser();
		await this.untilConnected();
	}

	/**
	 * Unlocks the arm and moves its first joint by the slider until the servos have moved. A computer that stood still
	 * meanwhile has locked the arm again: then once more, as a person would.
	 */
	async drive(rig: Rig): Promise<void> {
		const pan = async (): Promise<number> => (await rig.state('follower')).pose[PAN] ?? Number.NaN;
		for (let attempt = 1; ; attempt++) {
			if ((await this.lab.snapshot()).report.status !== 'armed') await this.lab.arm();
			const start = await pan();
			await this.lab.nudge(PAN, 'PageUp', 1);
			const failed = await expect
				.poll(async () => Math.abs((await pan()) - start), { timeout: DRIVE_MS })
				.toBeGreaterThan(A_MOTION)
				.then(
					() => null,
					(error: unknown) => new Error('the arm did not move', { cause: error })
				);
			if (failed === null) return;
			if (attempt === MOST_UNLOCKS) throw failed;
		}
	}

	/** What the sheet says for the person who helps: joints and facts. */
	async facts(): Promise<string> {
		return (await this.lab.page.locator('section[data-step] details dl').textContent()) ?? '';
	}
}
