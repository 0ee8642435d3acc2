// One file of a policy package by its name on the Hub. The page's security policy lets it ask its own origin alone.
import { hubFile, hubSettings, relayHubFile } from '$lib/server/hub';
import type { RequestHandler } from './$types';

export const prerender = false;

export const GET: RequestHandler = ({ params, request }) => {
	const { org: owner, name: model, revision, path } = params;
	const file = hubFile({ owner, model, revision, path }, request.headers.get('range'));
	return relayHubFile(file, hubSettings(), request.signal);
};
