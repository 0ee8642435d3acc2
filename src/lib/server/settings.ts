// Where the school's data are: read from the environment when asked, because the embedded start sets it for its own process
// after this module was loaded. Knows names (server/config.js has the schema), no client.

export interface SchoolSettings {
	/** Of the Supabase project, hosted or embedded. */
	readonly url: string;
	/** Opens nothing by itself: every row is behind the user's own token. */
	readonly publishableKey: string;
	/** Direct connection for LISTEN alone; null: the board asks instead of hearing. */
	readonly listenUrl: string | null;
}

/** null: this server has no school part. The lab does not care. */
export function schoolSettings(
	environment: Readonly<Record<string, string | undefined>> = process.env
): SchoolSettings | null {
	const url = environment['SUPABASE_URL'] ?? '';
	const publishableKey = environment['SUPABASE_PUBLISHABLE_KEY'] ?? '';
	if (url === '' || publishableKey === '') return null;
	return { url, publishableKey, listenUrl: environment['DATABASE_LISTEN_URL'] || null };
}

/** Folder where the embedded backend keeps mails it does not send; null: mails are sent. */
export function mailOutboxPath(): string | null {
	return process.env['SCHOOL_MAIL_FOLDER'] || null;
}
