// What a seat is called: "Fuchs, blau". An animal this version does not know keeps its key.

import { m } from '$lib/i18n';

const ANIMALS: Readonly<Record<string, () => string>> = {
	fox: () => m.animal_fox(),
	bear: () => m.animal_bear(),
	rabbit: () => m.animal_rabbit(),
	owl: () => m.animal_owl(),
	cat: () => m.animal_cat(),
	mouse: () => m.animal_mouse(),
	frog: () => m.animal_frog(),
	duck: () => m.animal_duck(),
	penguin: () => m.animal_penguin(),
	pig: () => m.animal_pig(),
	dog: () => m.animal_dog(),
	panda: () => m.animal_panda()
};
const COLORS: Readonly<Record<string, () => string>> = {
	blue: () => m.color_blue(),
	orange: () => m.color_orange(),
	green: () => m.color_green(),
	pink: () => m.color_pink(),
	purple: () => m.color_purple(),
	teal: () => m.color_teal(),
	yellow: () => m.color_yellow(),
	brown: () => m.color_brown()
};

export function seatName({ animal, color }: { readonly animal: string; readonly color: string }): string {
	return m.seat_name({ animal: ANIMALS[animal]?.() ?? animal, color: COLORS[color]?.() ?? color });
}
