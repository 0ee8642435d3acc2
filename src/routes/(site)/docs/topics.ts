// The help pages as data: which topics there are and which messages each is made of. Keyboard and errors have pages
// of their own shape.
import { m } from '$lib/i18n';

export interface TopicSection {
	readonly title: string;
	readonly kind: 'steps' | 'list';
	readonly items: readonly string[];
	/** Shown verbatim below the items, for a terminal. */
	readonly command?: string;
}

export interface Topic {
	readonly title: string;
	readonly lead: string;
	readonly sections: readonly TopicSection[];
}

export const TOPIC_NAMES = ['start', 'safety', 'dataset', 'offline'] as const;
export type TopicName = (typeof TOPIC_NAMES)[number];

/** Built on demand: messages are in the page's language. */
export const topics: Readonly<Record<TopicName, () => Topic>> = {
	start: () => ({
		title: m.docs_start_title(),
		lead: m.docs_start_lead(),
		sections: [
			{
				title: m.docs_start_a_title(),
				kind: 'steps',
				items: [m.docs_start_a_1(), m.docs_start_a_2(), m.docs_start_a_3(), m.docs_start_a_4()]
			},
			{
				title: m.docs_start_b_title(),
				kind: 'steps',
				items: [m.docs_start_b_1(), m.docs_start_b_2(), m.docs_start_b_3(), m.docs_start_b_4()]
			},
			{
				title: m.docs_start_c_title(),
				kind: 'list',
				items: [m.docs_start_c_1(), m.docs_start_c_2(), m.docs_start_c_3()]
			}
		]
	}),
	safety: () => ({
		title: m.docs_safety_title(),
		lead: m.docs_safety_lead(),
		sections: [
			{
				title: m.docs_safety_a_title(),
				kind: 'list',
				items: [m.docs_safety_a_1(), m.docs_safety_a_2(), m.docs_safety_a_3()]
			},
			{
				title: m.docs_safety_b_title(),
				kind: 'list',
				items: [m.docs_safety_b_1(), m.docs_safety_b_2(), m.docs_safety_b_3()]
			},
			{
				title: m.docs_safety_c_title(),
				kind: 'list',
				items: [m.docs_safety_c_1(), m.docs_safety_c_2(), m.docs_safety_c_3(), m.docs_safety_c_4()]
			},
			{ title: m.docs_safety_d_title(), kind: 'list', items: [m.docs_safety_d_1(), m.docs_safety_d_2()] }
		]
	}),
	dataset: () => ({
		title: m.docs_dataset_title(),
		lead: m.docs_dataset_lead(),
		sections: [
			{
				title: m.docs_dataset_a_title(),
				kind: 'steps',
				items: [m.docs_dataset_a_1(), m.docs_dataset_a_2(), m.docs_dataset_a_3()]
			},
			{
				title: m.docs_dataset_b_title(),
				kind: 'steps',
				items: [m.docs_dataset_b_1(), m.docs_dataset_b_2()],
				command:
					'pip install "lerobot==0.6.1"\nlerobot-train --policy.type=act --policy.push_to_hub=false \\\n  --dataset.repo_id=local/cube --dataset.root=./cube'
			},
			{
				title: m.docs_dataset_c_title(),
				kind: 'list',
				items: [m.docs_dataset_c_1(), m.docs_dataset_c_2(), m.docs_dataset_c_3(), m.docs_dataset_c_4()]
			}
		]
	}),
	offline: () => ({
		title: m.docs_offline_title(),
		lead: m.docs_offline_lead(),
		sections: [
			{
				title: m.docs_offline_a_title(),
				kind: 'steps',
				items: [m.docs_offline_a_1(), m.docs_offline_a_2(), m.docs_offline_a_3()]
			},
			{ title: m.docs_offline_b_title(), kind: 'list', items: [m.docs_offline_b_1(), m.docs_offline_b_2()] },
			{ title: m.docs_offline_c_title(), kind: 'list', items: [m.docs_offline_c_1(), m.docs_offline_c_2()] }
		]
	})
};
