declare global {
	namespace App {
		interface PageState {
			readonly panel?: string;
		}
	}
}

export {};
