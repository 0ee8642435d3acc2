// Words and locales. The only home of the compiled messages: everyone else imports from here.
export { m } from './generated/messages.js';
export {
	baseLocale,
	deLocalizeHref,
	deLocalizeUrl,
	getLocale,
	locales,
	localizeHref,
	type Locale
} from './generated/runtime.js';
