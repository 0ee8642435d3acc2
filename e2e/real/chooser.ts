// The browser's list of serial ports, answered by the test: it is drawn by the browser itself, no program can click it.
// Everything else is the browser's own. A page that was not given a port yet sees none; filters, the need for a click and the
// names of errors are as in the specification (https://wicg.github.io/serial/). Only pages ask; workers see every port of
// the rig, so keep plugged in what the pages may see.
import type { BrowserContext, Page } from '@playwright/test';
import type { ArmName } from '../../tools/real-rig/commands';
import type { ConnectPage } from './connect-page';
import type { Rig } from './rig-client';

/** What the person does with the list. */
type Choice = 'first' | 'last' | 'nothing';

export interface Chooser {
	/** What the next list is answered with. */
	choice: Choice;
	/** What happens between the choice and the moment the page hears of it; once. */
	meanwhile: (() => Promise<void>) | null;
	/** How often the list was shown. */
	readonly shown: number;
}

/** A person reads before choosing; faster answers are a browser's own. */
const A_MOMENT_MS = 300;

/** What the page has beside its own: the doors to the test, and every port of the browser. */
interface Doors {
	rigChoice: () => Promise<Choice>;
	rigChosen: () => Promise<void>;
	rigGranted: (now?: boolean) => Promise<boolean>;
	rigPorts: () => Promise<SerialPort[]>;
	/** The port that was there alone. */
	rigAlone?: SerialPort | undefined;
}

export async function answerChooser(context: BrowserContext): Promise<Chooser> {
	let shown = 0;
	let granted = false;
	const chooser: Chooser = {
		choice: 'first',
		meanwhile: null,
		get shown() {
			return shown;
		}
	};
	await context.exposeBinding('rigChoice', async (): Promise<Choice> => {
		shown += 1;
		await new Promise((resolve) => setTimeout(resolve, A_MOMENT_MS));
		return chooser.choice;
	});
	await context.exposeBinding('rigChosen', async () => {
		const { meanwhile } = chooser;
		chooser.meanwhile = null;
		await meanwhile?.();
	});
	await context.exposeBinding('rigGranted', (_source, now?: boolean) => (granted ||= now === true));
	await context.addInitScript(() => {
		if (!('serial' in navigator)) return;
		const doors = globalThis as unknown as Doors;
		const serial = Object.getPrototypeOf(navigator.serial) as Serial;
		// eslint-disable-next-line @typescript-eslint/unbound-method -- called on the real object below
		const { getPorts } = serial;
		const all = (): Promise<SerialPort[]> => getPorts.call(navigator.serial);
		doors.rigPorts = all;
		serial.getPorts = async () => ((await doors.rigGranted()) ? all() : []);
		serial.requestPort = async ({ filters = [] } = {}) => {
			if (!navigator.userActivation.isActive) throw new DOMException('no gesture', 'SecurityError');
			const choice = await doors.rigChoice();
			const listed = (await all()).filter((port) => {
				const { usbVendorId, usbProductId } = port.getInfo();
				return (
					filters.length === 0 ||
					filters.some(
						(filter) =>
							filter.usbVendorId === usbVendorId &&
							(filter.usbProductId === undefined || filter.usbProductId === usbProductId)
					)
				);
			});
			const port = choice === 'nothing' ? undefined : listed.at(choice === 'last' ? -1 : 0);
			if (port === undefined) throw new DOMException('No port selected by the user.', 'NotFoundError');
			await doors.rigChosen();
			await doors.rigGranted(true);
			return port;
		};
	});
	return chooser;
}

/** Pluggings of the second arm beside one port of the first, and ports that the first may be given. */
const PLUGGINGS = 12;
const ROUNDS = 8;

/**
 * Plugs the second arm in beside the one that is there and connected, until the browser lists it where it is wanted. A port
 * gets its place by lot when it is plugged in; beside a first port that stands near the end one place is rare, so in the end
 * the first arm's cable is pulled, too, and put back: the lab takes it up again by itself.
 */
export async function plugBeside(
	{ rig, page, pupil }: { readonly rig: Rig; readonly page: Page; readonly pupil: ConnectPage },
	arm: ArmName,
	place: 'before' | 'after' | 'anywhere'
): Promise<void> {
	const first = arm === 'leader' ? 'follower' : 'leader';
	const listed = (count: number): Promise<unknown> =>
		page.waitForFunction(
			async (wanted) => (await (globalThis as unknown as Doors).rigPorts()).length === wanted,
			count
		);
	const remember = (): Promise<void> =>
		page.evaluate(async () => {
			const doors = globalThis as unknown as Doors;
			[doors.rigAlone] = await doors.rigPorts();
		});
	const isAfter = (): Promise<boolean> =>
		page.evaluate(async () => {
			const doors = globalThis as unknown as Doors;
			return (await doors.rigPorts())[0] === doors.rigAlone;
		});
	await listed(1);
	for (let round = 0; round < ROUNDS; round++) {
		await remember();
		for (let plugging = 0; plugging < PLUGGINGS; plugging++) {
			await rig.port(arm, { do: 'plug' });
			await listed(2);
			if (place === 'anywhere' || (await isAfter()) === (place === 'after')) return;
			await rig.port(arm, { do: 'unplug' });
			await listed(1);
		}
		await rig.port(first, { do: 'unplug' });
		await listed(0);
		await pupil.expectStep('unplugged');
		await rig.port(first, { do: 'plug' });
		await listed(1);
		await pupil.untilConnected();
	}
	throw new Error(`the ${arm} was never listed ${place} the ${first}`);
}
