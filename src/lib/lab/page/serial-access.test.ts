// Ports that look alike keep their numbers on the page, and ROBOT is told their places, whatever the browser does to its list.

import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createSerialAccess } from './serial-access';

const port = (usbProductId = 0x55d3): SerialPort =>
	({ getInfo: () => ({ usbVendorId: 0x1a86, usbProductId }) }) as unknown as SerialPort;

const [FOLLOWER, LEADER] = [port(), port()];
let listed: SerialPort[] = [];
let chosen: SerialPort = FOLLOWER;

beforeEach(() => {
	listed = [FOLLOWER];
	vi.stubGlobal('navigator', {
		serial: {
			getPorts: () => Promise.resolve([...listed]),
			requestPort: () => Promise.resolve(chosen)
		}
	});
});
afterEach(() => vi.unstubAllGlobals());

it('a port keeps its number when another one is listed before it, and ROBOT is told where it stands', async () => {
	const access = createSerialAccess();
	const [follower] = await access.list();
	if (follower === undefined) throw new TypeError('no port');
	listed = [LEADER, FOLLOWER];
	const [first, second] = await access.list();
	expect(first).toEqual(follower);
	expect(second?.index).toBe(1);
	expect((await access.placed(follower)).index).toBe(1);
	if (second !== undefined) expect((await access.placed(second)).index).toBe(0);
});

it('the chosen port is the one that was chosen', async () => {
	const access = createSerialAccess();
	await access.list();
	listed = [LEADER, FOLLOWER];
	chosen = LEADER;
	const answer = await access.ask(false);
	if (!answer.ok) throw new TypeError('nothing chosen');
	expect((await access.placed(answer.value.port)).index).toBe(0);
	expect(answer.value.ports.map(({ index }) => index)).toEqual([0, 1]);
});

it('an only port that was pulled has its number again, and a port that is gone is nobody else', async () => {
	const access = createSerialAccess();
	const [follower] = await access.list();
	listed = [];
	await access.list();
	listed = [port()];
	expect(await access.list()).toEqual([follower]);
	listed = [LEADER];
	const other = { index: 7, usbVendorId: 0x1a86, usbProductId: 0x55d3 };
	expect(await access.placed(other)).toEqual(other);
});
