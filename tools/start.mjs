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
	const stop = () => {
		void running.close().then(() => process.exit(0));
		setTimeout(() => process.exit(0), 2000).unref();
	};
	process.on('SIGINT', stop);
	process.on('SIGTERM', stop);
} catch (error) {
	if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
		console.error(`Port ${config.value.PORT} is taken. Choose another one: PORT=4180 npm start`);
	} else {
		console.error(error instanceof Error ? error.message : error);
	}
	process.exit(1);
}
