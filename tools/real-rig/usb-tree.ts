// The folder from which namespace.sh makes a machine with USB serial ports: what libudev and Chromium's list of serial ports
// read (driver table, class folder, udev's database), the device links, and the browser's policy. Knows no servos and opens
// no port; telling a running browser about a change is udev-event.py's part.

import {
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** WCH CH343, the adapter of the SO-101's bus board. */
export const ADAPTER = { vendor: '1a86', product: '55d3' };
/** The number that Linux gives to USB modems (`ttyACM`). */
const MAJOR = 166;
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];

export interface UsbTree {
	readonly dir: string;
	/** Puts port `index` into the tree, leading to `terminal`; null: it is listed, but nobody can open it. */
	plug(index: number, terminal: string | null): void;
	unplug(index: number): void;
	/** Makes an unopened port lead somewhere else. */
	lead(index: number, terminal: string | null): void;
	/** What udev would say of the port, as `KEY=value` lines. */
	properties(index: number): readonly string[];
	/** The administrator's rules (Chromium's enterprise policies); from the browser's next start on. */
	rule(policy: Readonly<Record<string, unknown>>): void;
	remove(): void;
}

const nameOf = (index: number): string => `ttyACM${index}`;

function usbProperties(index: number): string[] {
	return [
		'ID_BUS=usb',
		`ID_VENDOR_ID=${ADAPTER.vendor}`,
		`ID_MODEL_ID=${ADAPTER.product}`,
		'ID_MODEL=USB_Single_Serial',
		`ID_SERIAL_SHORT=RIG${index}`
	];
}

export function createUsbTree(): UsbTree {
	const dir = mkdtempSync(join(tmpdir(), 'edubotics-rig-'));
	const at = (...parts: string[]): string => join(dir, ...parts);
	for (const folder of ['tty', 'dev/pts', 'dev/shm', 'run/udev/data', 'etc/chromium'])
		mkdirSync(at(folder), { recursive: true });
	for (const device of DEVICES) writeFileSync(at('dev', device), '');
	symlinkSync('/proc/self/fd', at('dev/fd'));
	symlinkSync('pts/ptmx', at('dev/ptmx'));
	// libudev takes this file for a running udev.
	writeFileSync(at('run/udev/control'), '');
	const drivers = readFileSync('/proc/tty/drivers', 'utf8');
	writeFileSync(at('drivers'), `${drivers}acm                  /dev/ttyACM     ${MAJOR} 0-255 serial\n`);
	if (existsSync('/etc/chromium')) cpSync('/etc/chromium', at('etc/chromium'), { recursive: true });
	rmSync(at('etc/chromium/policies'), { recursive: true, force: true });

	const lead = (index: number, terminal: string | null): void => {
		rmSync(at('dev', nameOf(index)), { force: true });
		// A folder cannot be opened for writing: to a page that is the same as a port in other hands.
		symlinkSync(terminal ?? '/dev/pts', at('dev', nameOf(index)));
	};
	return {
		dir,
		lead,
		plug(index, terminal) {
			lead(index, terminal);
			const node = at('tty', nameOf(index));
			mkdirSync(node, { recursive: true });
			rmSync(join(node, 'subsystem'), { force: true });
			symlinkSync('/sys/class/tty', join(node, 'subsystem'));
			writeFileSync(join(node, 'dev'), `${MAJOR}:${index}\n`);
			writeFileSync(join(node, 'uevent'), `MAJOR=${MAJOR}\nMINOR=${index}\nDEVNAME=${nameOf(index)}\n`);
			const lines = usbProperties(index).map((line) => `E:${line}\n`);
			writeFileSync(at('run/udev/data', `c${MAJOR}:${index}`), `I:1\n${lines.join('')}`);
		},
		unplug(index) {
			rmSync(at('tty', nameOf(index)), { recursive: true, force: true });
			rmSync(at('dev', nameOf(index)), { force: true });
			rmSync(at('run/udev/data', `c${MAJOR}:${index}`), { force: true });
		},
		properties: (index) => [
			`DEVPATH=/class/tty/${nameOf(index)}`,
			'SUBSYSTEM=tty',
			`DEVNAME=/dev/${nameOf(index)}`,
			`MAJOR=${MAJOR}`,
			`MINOR=${index}`,
			...usbProperties(index)
		],
		rule(policy) {
			mkdirSync(at('etc/chromium/policies/managed'), { recursive: true });
			writeFileSync(at('etc/chromium/policies/managed/rig.json'), JSON.stringify(policy));
		},
		remove: () => rmSync(dir, { recursive: true, force: true })
	};
}
