// Every failure a learner can meet, by code. Each entry says who raises it, what the learner reads, what to do.
// The words live in `ui/error-words.ts` (a code without words does not compile), the help page is /docs/errors/<code>.
// To add a code: one line here, three messages `error_<code>_title/_what/_next` per language, one line in error-words.

export const ERROR_CODES = [
	/** Capability probe at start: the document is not cross-origin isolated. Reads "the page started without its protection"; reload, else the school's proxy strips headers. */
	'no_isolation',
	/** Capability probe: plain http on a network. Reads "this address is not secure"; use the https address or this computer. */
	'insecure_context',
	/** Capability probe: no WebCodecs. Driving works, recording does not; use a current Chrome or Edge. */
	'no_webcodecs',
	/** Capability probe, information only: no H.264 encoder, AV1 or VP9 is used instead. Nothing to do. */
	'no_h264',
	/** Capability probe: no WebGL. The 3-D view is drawn by the processor, the virtual cameras always are; graphics acceleration makes it smoother. */
	'no_webgl',
	/** PLANT: the physics could not be loaded. The arm moves, cube and table do not answer; reload with the network there. */
	'no_physics',
	/** Store: IndexedDB missing or refused (private window). Driving works, nothing can be saved; use a normal window. */
	'no_indexeddb',
	/** RECORDER: quota reached before or during a recording. The recording so far is whole; download and delete, then go on. */
	'storage_full',
	/** RECORDER when a person asked: the browser does not promise to keep the data. Download before the lesson ends. */
	'storage_not_persisted',
	/** Store: the browser grants no space at all (policy, private window). Nothing can be recorded here. */
	'quota_zero',
	/** Store: the database was written by a newer version. Nothing is touched; reload to get the newer version. */
	'store_from_future',
	/** Store: another tab holds an older database open. Close the other tabs of the lab. */
	'store_blocked',
	/** Store: blocks whose checksum does not fit. Whole episodes stay usable, the damaged ones are named. */
	'store_damaged',
	/** PAGE: the seat's lock is held by another tab. This tab only watches; drive there or take over here. */
	'second_tab',
	/** ROBOT: the cable was pulled or the port vanished. The recording up to here is kept; plug in, connect, arm again. */
	'port_lost',
	/** ROBOT at connect: one or more servos do not answer. The joint is named; check its cable and the power supply. */
	'arm_missing_servo',
	/** ROBOT at connect: a servo answers with another model number. Torque stays off; check the kit. */
	'arm_wrong_model',
	/** ROBOT at connect: servos run different firmware. Torque stays off until a teacher updates them. */
	'arm_firmware_mismatch',
	/** ROBOT at connect: no calibration, or one that does not fit this arm. Torque stays off; calibrate. */
	'arm_not_calibrated',
	/** ROBOT at connect: a setting must change, which needs torque off, and the arm holds itself up. Support it, switch its supply off and on. */
	'arm_energised',
	/** ROBOT: a servo acknowledged a setting and holds another. Torque stays off; power-cycle, else the servo is broken. */
	'arm_setting_refused',
	/** ROBOT: a servo reports a fault of its own. Torque stays off; power-cycle and connect again. */
	'servo_fault',
	/** ROBOT: a servo gave up because its joint pushed too hard for too long. Free the arm, unlock again. */
	'servo_overload',
	/** ROBOT or the gate: a servo is too hot. The arm slows and parks; let it cool. */
	'servo_overheat',
	/** ROBOT or the gate: supply voltage out of range. The arm holds; check the power supply. */
	'servo_voltage',
	/** Camera: its device or its worker is gone. The recording is sealed; plug in again. */
	'camera_lost',
	/** Camera: no new picture for a second. The recording is sealed as interrupted; check the camera. */
	'camera_frozen',
	/** PAGE: the ROBOT worker died. The arm holds; it restarts disarmed. */
	'robot_worker_died',
	/** PAGE: the PLANT worker died, i.e. the virtual arm was "unplugged". It restarts; arm again. */
	'plant_worker_died',
	/** PAGE: the RENDER worker died. Virtual cameras stand still, the arm goes on; cameras restart. */
	'render_worker_died',
	/** PAGE: the RECORDER worker died. At most 250 ms are lost; the recording is offered for recovery. */
	'recorder_worker_died',
	/** PAGE: the DATASET worker died. The download stops, the store is untouched; start it again. */
	'dataset_worker_died',
	/** RECORDER: the store did not follow for a second. The recording is sealed; close other programs. */
	'storage_too_slow',
	/** RECORDER: the video encoder failed. The recording is sealed up to here; try again, smaller pictures help. */
	'encoder_failed',
	/** DATASET: the learner or the browser ended the download. Nothing is lost; start it again. */
	'export_aborted',
	/** DATASET: this browser can only hand out files up to a size. Choose a folder, or fewer episodes. */
	'export_too_large',
	/** DATASET: episodes differ in rate, cameras, codec or robot. They cannot share one dataset; choose those that fit. */
	'export_mixed_episodes',
	/** The look at a recording: this browser cannot decode its pictures (another browser recorded them, or WebCodecs is missing). Look at it where it was recorded. */
	'episode_not_decodable',
	/** The look at a recording: joints or cameras are not those that the model wants. Choose a recording of this arm with these cameras. */
	'episode_other_robot',
	/** Store at start: a recording ended in the middle. Its whole blocks are offered for recovery. */
	'episode_torn',
	/** Reading a policy package: bytes are missing, were changed, or contradict each other. Nothing is loaded; get it again. */
	'policy_package_damaged',
	/** Reading a policy package: it asks for what no policy needs, or for more than a tab can give. Never loaded. */
	'policy_package_unsafe',
	/** Reading a policy package: a newer lab wrote it. Reload to get the newer lab. */
	'policy_package_from_future',
	/** Reading a policy package: the file or a part of it is beyond the limit. Take a smaller one. */
	'policy_package_too_large',
	/** PAGE: a policy package was asked for at an address that goes over the network in the clear, or is none. Use https. */
	'policy_address_refused',
	/** PAGE: no file came from the address of a policy package: offline, not there, or the site may not ask there. Save the file, drop it. */
	'policy_fetch_failed',
	/** INFER: the model needs more memory than this device has. Told before anything is loaded; take a smaller one. */
	'policy_device_too_small',
	/** INFER: the files that compute policies are neither cached nor to be fetched. Go online once. */
	'policy_runtime_missing',
	/** INFER: no backend of this browser opens the model. Reload, or take another one. */
	'policy_did_not_open',
	/** INFER: the model answers its own examples differently from the program that exported it. It never drives. */
	'policy_reference_mismatch',
	/** ROBOT: a policy was to start or go on while the arm is locked or holds. Unlock, start again. */
	'policy_start_refused',
	/** ROBOT: a joint of the policy is not this arm's. The last look before it drives; take another policy. */
	'policy_joints_differ',
	/** ROBOT: rate, chunk or steps of the policy cannot be driven. Get the package again, or take another one. */
	'policy_start_odd',
	/** ROBOT: INFER is not joined to it, so nobody would answer. Choose the policy again. */
	'policy_no_worker',
	/** ROBOT: a policy that drives, or whose run is over, was asked to go on. Start a new run. */
	'policy_not_paused',
	/** PAGE: the store refused a run's record for another reason than a full disk. What is shown is true and not kept; reload. */
	'policy_run_not_kept',
	/** PAGE: another kind of arm was chosen while a policy was open, so it is closed. Choose it again. */
	'policy_arm_changed',
	/** PAGE: what was entered is no name of a Hub repository. Write owner/name. */
	'policy_hub_name_odd',
	/** PAGE by the server's relay: the Hub has no package under that name, or none that is public. Check the name. */
	'policy_hub_not_found',
	/** PAGE by the server's relay: the Hub answers that it is asked too often. Wait, try again. */
	'policy_hub_busy',
	/** PAGE by the server's relay: the Hub, or this lab's own server, does not answer or broke off. Try again: it goes on from there. */
	'policy_hub_unreachable',
	/** PAGE by the server's relay: what answers is not the Hub (a network's sign-in page, a proxy). Sign in to the network. */
	'policy_hub_answer_odd',
	/** PAGE: INFER is gone. The arm plays out what it has and holds; the policy is chosen again by a person. */
	'infer_worker_died',
	/** TRAINING: fewer episodes than anything can be learned from (`episodes`, `least`). Record more. */
	'training_too_few_episodes',
	/** TRAINING: too few episodes are left in which the arm moves. Record some in which it does. */
	'training_no_motion',
	/** TRAINING: episodes differ in robot, arm, rate or cameras (`field`). Make a dataset of those that fit. */
	'training_mixed_episodes',
	/** TRAINING: joints or number of cameras that the small network is not made for. Train elsewhere. */
	'training_robot_unknown',
	/** TRAINING: the pictures would not fit into the memory of a tab. Take fewer episodes (`episodes` would fit). */
	'training_too_large',
	/** TRAINING: the pictures of an episode cannot be decoded here (`episode`). Remove it from the dataset, or another browser. */
	'training_pictures_unreadable',
	/** TRAINING: the loss is no number any more. The best checkpoint is kept; start anew with another seed. */
	'training_diverged',
	/** TRAINING: the examples are not those that the checkpoint was trained on. Start anew. */
	'training_data_changed',
	/** TRAINING: the browser's WebAssembly has no SIMD, which all of it computes with. Use a current browser. */
	'training_no_simd',
	/** PAGE: the TRAINING worker is gone (out of memory, ended by the browser). It goes on from its checkpoint. */
	'train_worker_died',
	/** Service worker, information: a new version waits until nothing moves and nothing records. */
	'update_waiting',
	/** PAGE: a worker of another build answered. It refuses to start; reload. */
	'build_mismatch'
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** True for the codes of this list; everything else that carries a code is a defect of ours. */
export function isErrorCode(value: string): value is ErrorCode {
	return (ERROR_CODES as readonly string[]).includes(value);
}
