// One policy's model in a thread of its own, started and ended by INFER. Serves the engine; nothing of its own.
import { serveEngine } from '$lib/inference/run';

serveEngine(self as unknown as Parameters<typeof serveEngine>[0]);
