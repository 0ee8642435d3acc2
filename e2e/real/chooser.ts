// The browser's list of serial ports, answered by the test: it is drawn by the browser itself, no program can click it.
// Everything else is the browser's own. A page that was not given a port yet sees none; filters, the need for a click and the
// names of errors are as in the specification (https://wicg.github.io/serial/). Only pages ask; workers see every port of
// the rig, so keep plugged in what the pages may see.
import type { BrowserContext } from '@playwright/test';

/** What the person does with the list. */
type Choice = 'first' | 'nothing';

export interface Chooser {
	/** What the next list is answered with. */
	choice: Choice;
	/** How often the list was shown. */
	readonly shown: number;
}

/** A person reads before choosing; faster answers are a browser's own. */
const A_MOMENT_MS = 300;

export async function answerChooser(context: BrowserContext): Promise<Chooser> {
	let shown = 0;
	let granted = false;
	const chooser: Chooser = {
		choice: 'first',
		get shown() {
			return shown;
		}
	};
	await context.exposeBinding('rigChoice', async (): Promise<Choice> => {
		shown += 1;
		await new Promise((resolve) => setTimeout(resolve, A_MOMENT_MS));
		return chooser.choice;
	});
	await context.exposeBinding('rigGranted', (_source, now?: boolean) => (granted ||= now === true));
	await context.addInitScript(() => {
		if (!('serial' in navigator)) return;
		const ask = globalThis as unknown as {
			rigChoice: () => Promise<Choice>;
			rigGranted: (now?: boolean) => Promise<boolean>;
		};
		const serial = Object.getPrototypeOf(navigator.serial) as Serial;
		// eslint-disable-next-line @typescript-eslint/unbound-method -- called on the real object below
		const { getPorts } = serial;
		const all = (): Promise<SerialPort[]> => getPorts.call(navigator.serial);
		serial.getPorts = async () => ((await ask.rigGranted()) ? all() : []);
		serial.requestPort = async ({ filters = [] } = {}) => {
			if (!navigator.userActivation.isActive) throw new DOMException('no gesture', 'SecurityError');
			const choice = await ask.rigChoice();
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
			const [port] = listed;
			if (choice === 'nothing' || port === undefined)
				throw new DOMException('No port selected by the user.', 'NotFoundError');
			await ask.rigGranted(true);
			return port;
		};
	});
	return chooser;
}
