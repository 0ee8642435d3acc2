// Everything of models that the lab brings when a person first asks: driving, recording runs, asking why. One import, so that
// nothing of it is in the lab before.

import { m } from '$lib/i18n';
import type { LabCore } from './lab-core';
import { PolicyPage } from './policy-page';
import { RunFilm } from './run-film';
import { WhyDesk } from './why-desk';
import { lookStarter, PNG_URLS } from './why-worker';

export interface PolicyRoom {
	readonly page: PolicyPage;
	readonly film: RunFilm;
	readonly why: WhyDesk;
}

export function openPolicyRoom(core: LabCore): PolicyRoom {
	const film = new RunFilm(core, () => m.policy_film_dataset());
	const page = new PolicyPage(core, film);
	const why = new WhyDesk({
		seatId: core.options.seatId,
		store: () => page.store,
		startLook: lookStarter(core.options.build),
		urls: PNG_URLS,
		onChange: () => core.changed.emit()
	});
	return { page, film, why };
}
