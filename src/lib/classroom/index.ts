// A lab's side of its class: what it has to tell, kept and sent. Knows nothing of arms; the lab room notes what happens.
export { Outbox, type Note } from './outbox';
export { OutboxSync, type SendAnswer, type SyncState } from './sync';
export { sendEvents, sendPresence } from './http';
export { episodeNotes } from './episode-notes';
