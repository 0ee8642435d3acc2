declare global {
	/** Name of this build; see server/build-id.js. */
	const __BUILD__: string;

	namespace App {
		interface PageState {
			readonly panel?: string;
		}
	}
}

export {};
