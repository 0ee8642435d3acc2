// The stop pad's frame as one piece of text. It has no address: a sandboxed frame has an origin of its own, no service
// worker serves it, and a pad that had to be fetched would be missing exactly when the network is.

import style from './pad.css?raw';
import script from './pad.js?raw';

/** A page's parser reads line ends so, and the policy's hash is of what it reads. */
const unix = (text: string): string => text.replaceAll('\r\n', '\n');

export const padDocument = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Stop</title><style>${unix(style)}</style></head>
<body><button id="stop" type="button">STOP</button><script>${unix(script)}</script></body>
</html>`;
