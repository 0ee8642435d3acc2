// The room rules must bite: each fixture is a file that breaks one, linted as if it lay in that room.
import { ESLint } from 'eslint';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOMS, roomRules } from './rooms.js';

const lint = new ESLint({
	cwd: join(import.meta.dirname, '..'),
	overrideConfigFile: true,
	overrideConfig: [
		{ files: ['**/*.ts'], languageOptions: { parser: (await import('typescript-eslint')).parser } },
		...(await import('eslint-plugin-svelte')).configs.base,
		{
			files: ['**/*.svelte'],
			languageOptions: { parserOptions: { parser: (await import('typescript-eslint')).parser } }
		},
		...roomRules
	] as never
});

async function findings(filePath: string, code: string): Promise<string[]> {
	const [result] = await lint.lintText(code, { filePath: join(import.meta.dirname, '..', filePath) });
	return (result?.messages ?? []).map((message) => message.ruleId ?? message.message);
}

describe('room rules', () => {
	it.each([
		['src/lib/core/x.ts', "import { SO101 } from '$lib/contracts';"],
		['src/lib/robot/x.ts', "import { x } from '$lib/lab';"],
		['src/lib/robot/x.ts', "import { x } from '$lib/contracts/so101';"],
		['src/lib/sim/x.ts', "import { x } from '$lib/robot';"],
		['src/lib/recorder/x.ts', "import { onMount } from 'svelte';"],
		['src/lib/dataset/x.ts', "import { openDB } from 'idb';"],
		['src/lib/ui/X.svelte', '<script lang="ts">import { x } from \'$lib/robot\'; x();</script>'],
		['src/lib/scene/X.svelte', '<script lang="ts">import { x } from \'../../routes/y\'; x();</script>'],
		['src/routes/x.ts', "import { x } from '$lib/robot';"],
		['src/routes/+page.ts', "import { x } from '$lib/server/hub';"],
		['src/routes/api/x/+server.ts', "import { x } from '$lib/lab';"],
		['src/routes/x.ts', "import { x } from '$lib/server';"],
		['src/routes/a/+server.ts', "import { x } from '$lib/lab';"],
		['src/routes/a/+page.server.ts', "import { x } from '@supabase/supabase-js';"],
		['src/lib/lab/x.ts', "import { x } from '$lib/server';"],
		['src/routes/X.svelte', '<script lang="ts">import { Scene } from \'three\'; new Scene();</script>']
	])('refuses in %s: %s', async (path, code) => {
		expect(await findings(path, code)).toContain('no-restricted-imports');
	});

	it.each([
		[
			'src/lib/robot/x.ts',
			"import { ok } from '$lib/core'; import { SO101 } from '$lib/contracts'; ok(SO101);"
		],
		['src/lib/ui/X.svelte', '<script lang="ts">import { m } from \'$lib/i18n\'; m;</script>'],
		['src/routes/x.ts', "import { x } from '$lib/lab'; x();"],
		['src/routes/api/x/+server.ts', "import { x } from '$lib/server/hub'; x();"],
		['src/routes/a/+page.server.ts', "import { x } from '$lib/server'; x();"],
		['src/lib/robot/x.test.ts', "import { x } from '$lib/sim'; x();"]
	])('allows in %s: %s', async (path, code) => {
		expect(await findings(path, code)).not.toContain('no-restricted-imports');
	});

	it('has no cycle', () => {
		const reach = (room: string, seen: readonly string[]): void => {
			expect(seen).not.toContain(room);
			for (const next of ROOMS[room as keyof typeof ROOMS]) reach(next, [...seen, room]);
		};
		for (const room of Object.keys(ROOMS)) reach(room, []);
	});
});
