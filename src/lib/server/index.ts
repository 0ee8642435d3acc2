// What runs on the server only: sessions, the school's data, who is there now. Routes enter here.
export { mailOutboxPath, schoolSettings, type SchoolSettings } from './settings';
export {
	createSchoolClient,
	forgetRole,
	withTokenOfNow,
	type CookieJar,
	type Role,
	type SchoolClient
} from './supabase';
export { verifiedPerson, type Person } from './people';
export { safeNext, teacherOnly, uuidOr404 } from './guard';
export { qrPath, type QrPath } from './qr';
export { json400, labEventBatch, secret, typed } from './requests';
export * from './school';
export * from './sign-in';
export { presence, news, seatOf, boardNow } from './live';
export { stateStream, STREAM_HEADERS } from './board-stream';
