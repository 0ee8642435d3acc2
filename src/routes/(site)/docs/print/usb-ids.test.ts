// The letter to IT is copied into an administration console: it must parse, in decimal, and name the lab's own chips.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { allowDevicesPolicy, askPolicy, hexId, USB_CHIPS } from './usb-ids';

const origin = 'https://lab.example';

it('writes the policies as Chromium reads them', () => {
	expect(JSON.parse(allowDevicesPolicy(origin))).toEqual([
		{
			devices: [
				{ vendor_id: 6790, product_id: 21971 },
				{ vendor_id: 6790, product_id: 29987 },
				{ vendor_id: 1155, product_id: 22336 }
			],
			urls: [origin]
		}
	]);
	expect(JSON.parse(askPolicy(origin))).toEqual([origin]);
});

it('names each chip the lab asks for', () => {
	const asked = readFileSync(new URL('../../../../lib/lab/page/serial-access.ts', import.meta.url), 'utf8');
	for (const chip of USB_CHIPS) {
		const [vendor, product] = hexId(chip).split(':');
		expect(asked).toContain(`usbVendorId: 0x${vendor}, usbProductId: 0x${product}`);
	}
	expect(asked.match(/usbVendorId: 0x/g)).toHaveLength(USB_CHIPS.length);
});
