import { describe, expect, it } from 'vitest';
import { folderName } from './dataset-host';

describe('folder name of a download', () => {
	it.each([
		['Würfel drehen', 'Wuerfel_drehen'],
		['Greif den „roten“ Würfel 🤖', 'Greif_den_roten_Wuerfel'],
		['café – Straße', 'cafe_Strasse'],
		['../..', 'dataset'],
		['🐢', 'dataset'],
		['x'.repeat(90), 'x'.repeat(60)]
	])('%s', (name, folder) => expect(folderName(name)).toBe(folder));
});
