// Asks servos by raw bytes, in whatever has `navigator.serial`: a page or a worker of a bare document at the app's address.
// Nothing of the app's own code takes part; this is what the rest of the suite stands on.
import type { Page } from '@playwright/test';

/** What six servos of one port said. */
export interface PortSaid {
	readonly vendor: number | null;
	readonly product: number | null;
	/** Status packets to pings, ids 1 to 6. */
	readonly pings: readonly (readonly number[])[];
	readonly positions: readonly number[];
}

const SCRIPT = `
async function askPort(port) {
	const { usbVendorId = null, usbProductId = null } = port.getInfo();
	await port.open({ baudRate: 1_000_000 });
	const writer = port.writable.getWriter();
	const reader = port.readable.getReader();
	const heard = [];
	let wake = () => {};
	const listening = (async () => {
		for (;;) {
			const { value, done } = await reader.read();
			if (done) return;
			heard.push(...value);
			wake();
		}
	})();
	// What the last one on this line asked for may still come, as on a real cable.
	await new Promise((resolve) => setTimeout(resolve, 100));
	heard.length = 0;
	const ask = async (id, instruction, params, length) => {
		const packet = [0xff, 0xff, id, params.length + 2, instruction, ...params];
		packet.push(~packet.slice(2).reduce((sum, byte) => sum + byte, 0) & 0xff);
		await writer.write(Uint8Array.from(packet));
		while (heard.length < length) await new Promise((resolve) => (wake = resolve));
		return heard.splice(0, length);
	};
	const pings = [], positions = [];
	for (let id = 1; id <= 6; id++) pings.push(await ask(id, 1, [], 6));
	for (let id = 1; id <= 6; id++) {
		const answer = await ask(id, 2, [56, 2], 8);
		positions.push(answer[5] | (answer[6] << 8));
	}
	await reader.cancel();
	await listening;
	reader.releaseLock();
	writer.releaseLock();
	await port.close();
	return { vendor: usbVendorId, product: usbProductId, pings, positions };
}
globalThis.askAll = async () => {
	const said = [];
	for (const port of await navigator.serial.getPorts()) said.push(await askPort(port));
	return said;
};
`;

/** Opens the bare document below `site`. */
export async function openBare(page: Page, site: string): Promise<void> {
	const answer = async (path: string, contentType: string, body: string): Promise<void> => {
		await page.route(`${site}/bare/${path}`, (route) => route.fulfill({ contentType, body }));
	};
	await answer('', 'text/html', `<!doctype html><title>bare</title><script src="ask.js"></script>`);
	await answer('ask.js', 'text/javascript', SCRIPT);
	const worker = `${SCRIPT}\naskAll().then((said) => postMessage({ said }), (error) => postMessage({ error: String(error) }));`;
	await answer('worker.js', 'text/javascript', worker);
	await page.goto(`${site}/bare/`);
}

export function askFromPage(page: Page): Promise<PortSaid[]> {
	return page.evaluate(() => (globalThis as unknown as { askAll: () => Promise<PortSaid[]> }).askAll());
}

export function askFromWorker(page: Page): Promise<PortSaid[]> {
	return page.evaluate(
		() =>
			new Promise<PortSaid[]>((resolve, reject) => {
				// eslint-disable-next-line no-restricted-syntax -- not the app: a bare document without its policy
				const worker = new Worker('worker.js');
				worker.onmessage = ({ data }: MessageEvent<{ said?: PortSaid[]; error?: string }>) => {
					worker.terminate();
					if (data.said === undefined) reject(new Error(data.error));
					else resolve(data.said);
				};
			})
	);
}
