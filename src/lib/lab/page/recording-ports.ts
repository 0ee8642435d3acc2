// What recording asks of the workers: RECORDER prepares and seals, ROBOT lets record ticks flow. A worker that is gone is
// not waited for.

import type { ArmAnswer } from '../hosts/api';
import type { ArmLink } from './arm-link';
import type { RecorderLink } from './recorder-link';
import type { RecordingPorts } from './recording';

export function recordingPorts(
	recorder: RecorderLink,
	link: ArmLink,
	describe: RecordingPorts['describe']
): RecordingPorts {
	return {
		describe,
		prepare: (what) => recorder.answers<ArmAnswer>(recorder.api.prepare(what)),
		flow: async (active) => {
			const robot = link.side?.robot;
			await robot?.orGone(robot.api.record(active));
		},
		counts: () => recorder.answers(recorder.api.counts()),
		seal: (interrupted) => recorder.answers(recorder.api.seal(interrupted)),
		discard: (id) => recorder.api.discardEpisode(id)
	};
}
