// The built app in a process of its own, so that it can be killed while its database lives: prints its address, serves until
// it is ended. What it serves: `node site-process.mjs <port> <build folder>`.
import { serve } from '../../server/serve.js';

const [port = '0', buildDir = ''] = process.argv.slice(2);
const running = await serve({
	host: '127.0.0.1',
	port: Number(port),
	...(buildDir === '' ? {} : { buildDir })
});
console.log(running.url);
