// The USB chips an SO-101's board may carry, as administrators have to write them: policies take decimal numbers.

export interface UsbChip {
	readonly name: string;
	readonly vendorId: number;
	readonly productId: number;
}

export const USB_CHIPS: readonly UsbChip[] = [
	{ name: 'CH343', vendorId: 0x1a86, productId: 0x55d3 },
	{ name: 'CH340', vendorId: 0x1a86, productId: 0x7523 },
	{ name: 'STM32', vendorId: 0x0483, productId: 0x5740 }
];

export function hexId({ vendorId, productId }: UsbChip): string {
	const hex = (value: number): string => value.toString(16).padStart(4, '0');
	return `${hex(vendorId)}:${hex(productId)}`;
}

/** Value of Chromium's policy SerialAllowUsbDevicesForUrls for one address. */
export function allowDevicesPolicy(origin: string): string {
	const devices = USB_CHIPS.map(
		({ vendorId, productId }) => `    { "vendor_id": ${vendorId}, "product_id": ${productId} }`
	);
	return `[{\n  "devices": [\n${devices.join(',\n')}\n  ],\n  "urls": ${JSON.stringify([origin])}\n}]`;
}

/** Value of Chromium's policy SerialAskForUrls. */
export function askPolicy(origin: string): string {
	return JSON.stringify([origin]);
}
