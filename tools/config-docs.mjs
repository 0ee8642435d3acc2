// Writes `.env.example` and docs/configuration.md from the one schema in server/config.js; `--check` only compares.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VARIABLES } from '../server/config.js';
import { root } from './lib/run.mjs';

const example = VARIABLES.map(
	(variable) => `# ${variable.about}\n# ${variable.name}=${variable.fallback}\n`
).join('\n');
const rows = VARIABLES.map(
	(variable) =>
		`| \`${variable.name}\` | ${variable.kind} | ${variable.fallback === '' ? '(none)' : `\`${variable.fallback}\``} | ${variable.about} |`
);
const page = `# Configuration

Nothing has to be set: \`npm start\` needs no key and no account. Generated from \`server/config.js\` by \`node tools/config-docs.mjs\`.

| Variable | Kind | Default | What it does |
|---|---|---|---|
${rows.join('\n')}
`;

let stale = false;
for (const [path, text] of [
	['.env.example', example],
	['docs/configuration.md', page]
]) {
	const full = join(root, path);
	if (existsSync(full) && readFileSync(full, 'utf8') === text) continue;
	if (process.argv.includes('--check')) {
		console.error(`${path} is not what server/config.js says; run: node tools/config-docs.mjs`);
		stale = true;
	} else writeFileSync(full, text);
}
process.exit(stale ? 1 : 0);
