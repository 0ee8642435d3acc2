// `npm run build`: the build step of `npm start` alone.
import { build, checkNode, install } from './lib/prepare.mjs';

checkNode();
process.exit((await install()) && (await build()) ? 0 : 1);
