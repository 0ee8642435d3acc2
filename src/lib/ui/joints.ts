// A joint's word, number and colour: the same on sliders, traces, badges and in the 3-D view.
import { m } from '$lib/i18n';

const names: Readonly<Record<string, () => string>> = {
	shoulder_pan: () => m.joint_shoulder_pan(),
	shoulder_lift: () => m.joint_shoulder_lift(),
	elbow_flex: () => m.joint_elbow_flex(),
	wrist_flex: () => m.joint_wrist_flex(),
	wrist_roll: () => m.joint_wrist_roll(),
	gripper: () => m.joint_gripper()
};

/** The learner's word for a LeRobot joint name; an unknown joint keeps its own name. */
export function jointWord(name: string): string {
	return names[name]?.() ?? name;
}

/** CSS colour of the joint at `index` (0-based); the seventh joint starts over. */
export function jointColor(index: number): string {
	return `var(--joint-${(index % 6) + 1})`;
}

/** The six colours as the theme at `element` resolves them, for canvases and 3-D materials. */
export function resolveJointColors(element: Element): string[] {
	const probe = document.createElement('span');
	probe.hidden = true;
	element.append(probe);
	const colors = Array.from({ length: 6 }, (_, index) => {
		probe.style.color = jointColor(index);
		return getComputedStyle(probe).color;
	});
	probe.remove();
	return colors;
}
