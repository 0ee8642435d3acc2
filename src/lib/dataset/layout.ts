// Where the files of a LeRobotDataset v3.0 lie. LeRobot numbers chunk and file by two indices and starts a new chunk
// after `chunksSize` files; we write one data file and one video per camera for each episode, so both follow from the
// episode's index. Knows paths only.

/** LeRobot's `chunks_size`: files per chunk folder. */
export const CHUNKS_SIZE = 1000;

export const INFO_PATH = 'meta/info.json';
export const STATS_PATH = 'meta/stats.json';
export const TASKS_PATH = 'meta/tasks.parquet';
export const EPISODES_PATH = 'meta/episodes/chunk-000/file-000.parquet';
export const DATA_PATH_TEMPLATE = 'data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet';
export const VIDEO_PATH_TEMPLATE = 'videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4';

export interface FileIndex {
	readonly chunkIndex: number;
	readonly fileIndex: number;
}

export function fileIndexOf(episodeIndex: number, chunksSize = CHUNKS_SIZE): FileIndex {
	return { chunkIndex: Math.floor(episodeIndex / chunksSize), fileIndex: episodeIndex % chunksSize };
}

const padded = (value: number): string => String(value).padStart(3, '0');

function place({ chunkIndex, fileIndex }: FileIndex): string {
	return `chunk-${padded(chunkIndex)}/file-${padded(fileIndex)}`;
}

export function dataPath(index: FileIndex): string {
	return `data/${place(index)}.parquet`;
}

export function videoPath(videoKey: string, index: FileIndex): string {
	return `videos/${videoKey}/${place(index)}.mp4`;
}
