// RECORDER as the lab starts it.

import { expose } from 'comlink';
import { RecorderHost } from '$lib/lab/hosts/recorder-host';

expose(new RecorderHost({ build: 'cameras', isolated: true }));
