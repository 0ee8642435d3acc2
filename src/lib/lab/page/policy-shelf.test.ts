import { CodedError } from '$lib/core';
import type { PolicyListing, PolicyRunRecord } from '$lib/contracts';
import type { PolicyStore } from '$lib/inference/package';
import { describe, expect, it } from 'vitest';
import { BUNDLED_ADDRESS, PolicyShelf } from './policy-shelf';

const listing = (id: string, origin = 'file'): PolicyListing =>
	({ id, origin, manifest: { name: `Model ${id}` } }) as unknown as PolicyListing;
const run = (policyId: string, outcome: PolicyRunRecord['outcome']): PolicyRunRecord =>
	({ policyId, outcome }) as unknown as PolicyRunRecord;

/** A store as a table: what the shelf does with the answers is what is tested here; the store has its own contract. */
function rig(options: { add?: PolicyStore['add']; runs?: PolicyRunRecord[]; answer?: () => Response } = {}) {
	const kept = new Map<string, PolicyListing>();
	const gone = new Map<string, PolicyListing>();
	const asked: string[] = [];
	const files: File[] = [];
	const store = {
		list: () => Promise.resolve([...kept.values()]),
		runs: () => Promise.resolve(options.runs ?? []),
		add:
			options.add ??
			((_: Blob, origin: string) => {
				const added = listing('a', origin);
				kept.set('a', added);
				return Promise.resolve({ ok: true as const, value: added });
			}),
		remove: (id: string) => {
			const found = kept.get(id);
			if (found !== undefined) gone.set(id, found);
			kept.delete(id);
			return Promise.resolve();
		},
		restore: (id: string) => {
			const found = gone.get(id);
			if (found !== undefined) kept.set(id, found);
			return Promise.resolve(found !== undefined);
		},
		file: () => Promise.resolve(new Blob(['zip'])),
		close: () => undefined
	} as unknown as PolicyStore;
	const steps: unknown[] = [];
	const shelf: PolicyShelf = new PolicyShelf({
		openStore: () => Promise.resolve(store),
		fetch: (url) => {
			asked.push(url instanceof URL ? url.href : 'not an address');
			return Promise.resolve(options.answer?.() ?? new Response('zip'));
		},
		origin: 'https://lab.example',
		handOut: (file) => files.push(file),
		onChange: () => steps.push(shelf.importing?.step ?? null)
	});
	return { shelf, asked, files, steps };
}

describe('the shelf of models', () => {
	it('fetches the bundled one when asked, and not twice', async () => {
		const { shelf, asked, steps } = rig();
		await shelf.open();
		expect(asked).toEqual([]);
		expect(shelf.canFetchBundled).toBe(true);
		await shelf.fetchBundled();
		expect(asked).toEqual([`https://lab.example${BUNDLED_ADDRESS}`]);
		expect(shelf.cards.map((card) => card.listing.id)).toEqual(['a']);
		expect(shelf.imported).toEqual({ name: 'Model a', known: false });
		expect(shelf.canFetchBundled).toBe(false);
		expect(steps).toContain('fetching');
		expect(shelf.importing).toBeNull();
	});

	it('refuses an address in the clear without asking it', async () => {
		const { shelf, asked } = rig();
		await shelf.importAddress('http://other.example/a.zip');
		expect(shelf.problem?.code).toBe('policy_address_refused');
		expect(asked).toEqual([]);
	});

	it('says that nothing came, and is ready for the next try', async () => {
		const { shelf } = rig({ answer: () => new Response('', { status: 404 }) });
		await shelf.importAddress('https://other.example/a.zip');
		expect(shelf.problem?.code).toBe('policy_fetch_failed');
		expect(shelf.importing).toBeNull();
		expect(shelf.cards).toEqual([]);
	});

	it('says which part of a package is not believed', async () => {
		const { shelf } = rig({
			add: () =>
				Promise.resolve({
					ok: false as const,
					error: { code: 'policy_package_unsafe' as const, part: 'Loop', reason: 'x' }
				})
		});
		await shelf.importFile(new File(['zip'], 'bad.zip'));
		expect(shelf.problem).toEqual({ code: 'policy_package_unsafe', details: { part: 'Loop' } });
	});

	it('a store that throws is said, whatever it throws', async () => {
		const { shelf } = rig({ add: () => Promise.reject(new CodedError('storage_full', 'full')) });
		await shelf.importFile(new File(['zip'], 'big.zip'));
		expect(shelf.problem?.code).toBe('storage_full');
	});

	it('deletes with a way back', async () => {
		const { shelf } = rig();
		await shelf.importFile(new File(['zip'], 'a.zip'));
		await shelf.remove('a');
		expect(shelf.cards).toEqual([]);
		expect(shelf.deletedName).toBe('Model a');
		await shelf.undo();
		expect(shelf.cards).toHaveLength(1);
		expect(shelf.deletedName).toBeNull();
	});

	it('counts only runs that somebody judged', async () => {
		const { shelf } = rig({
			runs: [run('a', 'succeeded'), run('a', 'failed'), run('a', 'unknown'), run('b', 'succeeded')]
		});
		await shelf.importFile(new File(['zip'], 'a.zip'));
		expect(shelf.cards[0]?.here).toEqual({ trials: 2, successes: 1 });
	});

	it('hands out the file under a name that every disk takes', async () => {
		const { shelf, files } = rig();
		await shelf.importFile(new File(['zip'], 'a.zip'));
		await shelf.save('a');
		expect(files.map(({ name }) => name)).toEqual(['Model-a.zip']);
	});

	it('says that a browser keeps nothing', async () => {
		const shelf = new PolicyShelf({
			openStore: () => Promise.reject(new CodedError('no_indexeddb', 'private')),
			fetch: () => Promise.reject(new TypeError('never')),
			origin: 'https://lab.example',
			handOut: () => undefined,
			onChange: () => undefined
		});
		await shelf.open();
		expect(shelf.ready).toBe(true);
		expect(shelf.noStore).toBe(true);
		expect(shelf.problem?.code).toBe('no_indexeddb');
		expect(shelf.canFetchBundled).toBe(false);
	});
});

describe('a model by its name on the Hub', () => {
	it('a name that is none asks nobody', async () => {
		const { shelf, asked } = rig();
		await shelf.importHub('just a word');
		expect(shelf.problem?.code).toBe('policy_hub_name_odd');
		expect(asked).toEqual([]);
	});

	it('what this server says is said, and the next import is free', async () => {
		const { shelf, steps } = rig({
			answer: () => Response.json({ code: 'policy_hub_not_found' }, { status: 404 })
		});
		await shelf.importHub('school/cubes');
		expect(shelf.problem).toEqual({ code: 'policy_hub_not_found', details: { part: 'manifest.json' } });
		expect(shelf.importing).toBeNull();
		expect(steps).toContain('fetching');
		await shelf.fetchBundled();
		expect(shelf.problem?.code).toBe('policy_fetch_failed');
	});
});
