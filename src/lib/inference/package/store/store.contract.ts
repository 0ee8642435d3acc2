// What every store of policies owes, over whatever engine it lies.

import { WHY_VERSION, type NewPolicyRun, type PolicyRunEnd, type WhyAnalysis } from '$lib/contracts';
import { equal, rejects, type Contract, type ContractHarness } from '$lib/core/testing/contract';
import net from '../fixtures/net.json';
import type { PolicyEngine, PolicyStore } from '../types';

/** Without data when it is handed over. */
export interface PolicyStoreHarness extends ContractHarness {
	/** A package that Python wrote. */
	readonly zip: Blob;
	/** Opening again sees the same data. Time and ids count up. */
	readonly open: () => Promise<PolicyStore>;
	/** The same data below the store, to damage it. */
	readonly engine: () => Promise<PolicyEngine>;
	/** From now on every write of a file is refused, as on a full disk. */
	readonly fill?: () => void;
}

const RUN: NewPolicyRun = {
	policyId: 'p',
	policyName: 'Fixture',
	dataset: 'fixture',
	armId: 'virtual',
	simulated: true,
	speed: 1,
	slowStart: true,
	trial: { seriesId: 's', index: 2, seed: 7 }
};

const END: PolicyRunEnd = {
	endedBy: 'task_done',
	durationMs: 12_345,
	latency: { count: 9, medianMs: 40, p95Ms: 80, maxMs: 90 },
	limitedTicks: { speed: 3 },
	lateChunks: 0,
	takeOvers: 1,
	episodeId: null
};

async function added(store: PolicyStore, zip: Blob): Promise<string> {
	const listing = await store.add(zip, 'fixture.zip');
	if (!listing.ok) throw new RangeError(`${listing.error.part}: ${listing.error.reason}`);
	return listing.value.id;
}

const sameBytes = async (a: Blob, b: Blob): Promise<boolean> => {
	const [x, y] = [new Uint8Array(await a.arrayBuffer()), new Uint8Array(await b.arrayBuffer())];
	return x.length === y.length && x.every((byte, n) => byte === y[n]);
};

export const policyStoreContract: Contract<PolicyStoreHarness> = [
	{
		name: 'gives a package back after reopening, byte for byte',
		async run({ open, zip }) {
			const first = await open();
			const id = await added(first, zip);
			first.close();
			const store = await open();
			const [listing, ...others] = await store.list();
			equal(others, [], 'others');
			equal(listing?.id, id, 'id');
			equal(listing?.manifest.name, 'Fixture', 'name');
			equal(listing?.origin, 'fixture.zip', 'origin');
			equal(listing?.packageBytes, zip.size, 'bytes');
			equal(listing?.costs.fp32?.multiplyAdds, net.multiplyAdds, 'cost');
			const file = await store.file(id);
			equal(file === undefined ? false : await sameBytes(file, zip), true, 'the file');
			const policy = await store.open(id);
			if (!policy?.ok) throw new RangeError('not opened');
			const model = await policy.value.model('fp16');
			equal(model.ok && model.value.byteLength, policy.value.manifest.files.fp16?.bytes, 'weights');
			equal((await policy.value.reference()).ok, true, 'reference');
			equal(await store.open('f'.repeat(64)), undefined, 'another');
			store.close();
		}
	},
	{
		name: 'refuses what is no package and keeps nothing of it',
		async run({ open, zip }) {
			const store = await open();
			const torn = await store.add(zip.slice(0, zip.size - 1), 'torn.zip');
			equal(torn.ok ? '' : torn.error.code, 'policy_package_damaged', 'code');
			equal(await store.list(), [], 'list');
			store.close();
		}
	},
	{
		name: 'deletes with a way back, and for good only when purged',
		async run({ open, zip }) {
			const store = await open();
			const id = await added(store, zip);
			await store.remove(id);
			equal(await store.list(), [], 'kept');
			equal((await store.list('deleted')).length, 1, 'deleted');
			equal(await store.open(id), undefined, 'a deleted one is not opened');
			equal(await store.purge(0), 0, 'nothing is that old');
			equal(await store.restore(id), true, 'restored');
			equal((await store.list()).length, 1, 'back');
			equal((await store.open(id))?.ok, true, 'opened');
			await store.remove(id);
			equal(await store.purge(), zip.size, 'freed');
			equal(await store.restore(id), false, 'gone');
			equal(await store.file(id), undefined, 'bytes gone');
			store.close();
		}
	},
	{
		name: 'takes the same package again as an undo',
		async run({ open, zip }) {
			const store = await open();
			const id = await added(store, zip);
			const [before] = await store.list();
			await store.remove(id);
			equal(await added(store, zip), id, 'id');
			equal(await store.list(), [before], 'as before');
			store.close();
		}
	},
	{
		name: 'sees bytes that changed on the disk, at the read',
		async run({ open, engine, zip }) {
			const store = await open();
			const id = await added(store, zip);
			const bytes = new Uint8Array(await zip.arrayBuffer());
			const manifest = await store.open(id);
			if (!manifest?.ok) throw new RangeError('not opened');
			// In the middle of the file lie weights.
			bytes[Math.floor(bytes.length / 4)] = (bytes[Math.floor(bytes.length / 4)] ?? 0) ^ 1;
			const below = await engine();
			await below.write('strict', (tx) => tx.put('files', id, new Blob([bytes])));
			below.close();
			const damaged = await store.open(id);
			if (!damaged?.ok) throw new RangeError('its directory is whole');
			const model = await damaged.value.model('fp32');
			equal(model.ok ? '' : model.error.code, 'policy_package_damaged', 'code');
			store.close();
		}
	},
	{
		name: 'sees a file that is another package, and lists around rows it cannot believe',
		async run({ open, engine, zip }) {
			const store = await open();
			const id = await added(store, zip);
			const below = await engine();
			await below.write('strict', async (tx) => {
				await tx.put('packages', 'a', { schemaVersion: 1, id: 'a' });
				await tx.put('packages', 'b', null);
				await tx.put('runs', 'r', { outcome: 'succeeded' });
				const row = (await tx.get('packages', id)) as object;
				await tx.put('packages', '0'.repeat(64), { ...row, id: '0'.repeat(64) });
				await tx.put('files', '0'.repeat(64), zip);
			});
			below.close();
			equal((await store.list()).length, 2, 'rows with a shape');
			const other = await store.open('0'.repeat(64));
			equal(other?.ok === false ? other.error.code : '', 'policy_package_damaged', 'code');
			equal(await store.runs(), [], 'runs');
			store.close();
		}
	},
	{
		name: 'leaves alone what a newer lab laid out',
		async run({ open, engine }) {
			const below = await engine();
			await below.write('strict', (tx) => tx.put('about', 'store', { schemaVersion: 2 }));
			below.close();
			await rejects(open(), 'store_from_future');
		}
	},
	{
		name: 'answers a full disk, keeps what it had, and goes on',
		async run({ open, zip, fill }) {
			if (fill === undefined) return;
			const store = await open();
			fill();
			const refused = await store.add(zip, 'fixture.zip');
			equal(refused.ok ? '' : refused.error.code, 'storage_full', 'code');
			equal(await store.list(), [], 'list');
			equal((await store.beginRun(RUN)).outcome, 'unknown', 'a run still fits');
			store.close();
		}
	},
	{
		name: 'keeps a run from its beginning, with nothing made up',
		async run({ open }) {
			const store = await open();
			const run = await store.beginRun(RUN);
			store.close();
			const after = await open();
			equal(await after.runs(), [run], 'a run whose tab died');
			equal(
				[run.end, run.outcome, run.judge, run.rating, run.words],
				[null, 'unknown', 'nobody', null, ''],
				'unknown'
			);
			const ended = await after.endRun(run.id, END);
			equal(ended.end?.durationMs, 12_345, 'end');
			equal(ended.outcome, 'unknown', 'still nobody said it');
			const again = await after.endRun(run.id, { ...END, durationMs: 1 });
			equal(again, ended, 'ends are told once');
			after.close();
		}
	},
	{
		name: 'lets a person overrule the task, never the other way round',
		async run({ open }) {
			const store = await open();
			const { id } = await store.beginRun(RUN);
			equal(
				(await store.judgeRun(id, { outcome: 'succeeded', judge: 'sim_task' })).judge,
				'sim_task',
				'task'
			);
			equal((await store.judgeRun(id, { outcome: 'failed', judge: 'person' })).outcome, 'failed', 'person');
			const kept = await store.judgeRun(id, { outcome: 'succeeded', judge: 'sim_task' });
			equal([kept.outcome, kept.judge], ['failed', 'person'], 'kept');
			const rated = await store.rateRun(id, 4, 'nearly\u0007 there\nagain');
			equal([rated.rating, rated.words], [4, 'nearly  there\nagain'], 'rating');
			equal((await store.runs('p')).length, 1, 'of this policy');
			equal((await store.runs('q')).length, 0, 'of another');
			for (const rating of [0, 6, 2.5, NaN]) {
				const refused = await store.rateRun(id, rating, '').then(
					() => false,
					(error: unknown) => error instanceof RangeError
				);
				equal(refused, true, `a rating of ${rating}`);
			}
			store.close();
		}
	},
	{
		name: 'keeps what a look at a run found beside it, replaces it, and does not believe another version',
		async run({ open, engine }) {
			const store = await open();
			const { id } = await store.beginRun(RUN);
			equal(await store.why(id), undefined, 'before anybody looked');
			const found = { schemaVersion: WHY_VERSION, runId: id, answers: 1 } as WhyAnalysis;
			await store.keepWhy(id, found);
			await store.keepWhy(id, { ...found, answers: 2 });
			store.close();
			const after = await open();
			equal((await after.why(id))?.answers, 2, 'the newest look');
			equal((await after.runs()).length, 1, 'runs');
			equal((await after.list()).length, 0, 'packages');
			equal(await after.purge(), 0, 'a look is no package');
			equal((await after.why(id))?.answers, 2, 'after a purge');
			await (
				await engine()
			).write('strict', (tx) => tx.put('files', `why/${id}`, { ...found, schemaVersion: WHY_VERSION + 1 }));
			equal(await after.why(id), undefined, 'of a newer lab');
			after.close();
		}
	},
	{
		name: 'refuses runs that cannot be',
		async run({ open }) {
			const store = await open();
			const fails = (promise: Promise<unknown>): Promise<boolean> =>
				promise.then(
					() => false,
					(error: unknown) => error instanceof RangeError
				);
			equal(await fails(store.beginRun({ ...RUN, speed: NaN })), true, 'speed');
			const { id } = await store.beginRun(RUN);
			equal(await fails(store.endRun(id, { ...END, durationMs: NaN })), true, 'duration');
			equal(await fails(store.endRun('nobody', END)), true, 'another run');
			equal((await store.runs())[0]?.end, null, 'no end was kept');
			store.close();
		}
	}
];
