// `npm start`: install what is missing, build what has changed, serve. Needs no key, no account, no Docker.
import { checkNode, build, install } from './lib/prepare.mjs';
import { root } from './lib/run.mjs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

checkNode();
const { parseConfig } = await import(pathToFileURL(join(root, 'server', 'config.js')).href);
const config = parseConfig(process.env);
if (!config.ok) {
	console.error(config.message);
	process.exit(1);
}
if (!(await install()) || !(await build())) process.exit(1);

// First the addresses: the app's handler reads the environment when it is loaded. Nobody waits for the database here.
const { openSchool } = await import(pathToFileURL(join(root, 'server', 'school.js')).href);
const school = await openSchool(config.value, { log: console.log });
const { serve } = await import(pathToFileURL(join(root, 'server', 'serve.js')).href);
try {
	const running = await serve({
		host: config.value.HOST,
		port: config.value.PORT,
		cert: config.value.TLS_CERT,
		key: config.value.TLS_KEY
	});
	console.log(
		`\n  EduBotics is ready:  ${running.url}\n  The lab:             ${running.url}/lab\n\n  Stop with Ctrl+C.`
	);
	void school.ready.then((/** @type {string} */ line) => console.log(`  The school:          ${line}`));
	const stop = () => {
		void Promise.all([running.close(), school.stop()]).then(() => process.exit(0));
		// Open streams of pages must not hold the end up; the database gets the time it needs to write down what it holds.
		running.server.closeIdleConnections();
		setTimeout(() => running.server.closeAllConnections(), 2000).unref();
		setTimeout(() => process.exit(0), 60_000).unref();
	};
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, stop);
} catch (error) {
	if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
		console.error(`Port ${config.value.PORT} is taken. Choose another one: PORT=4180 npm start`);
	} else {
		console.error(error instanceof Error ? error.message : error);
	}
	await school.stop();
	process.exit(1);
}
