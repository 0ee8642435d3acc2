// Which tab of the lab is which, so that one can be named to a person: each takes the lowest free number, shows it in its title
// and holds it as a Web Lock for as long as it lives; and whoever holds an arm says by a second lock whose it is. Knows the
// locks of the origin; a browser without them has one tab as far as we can tell.

type Locks = Pick<LockManager, 'request' | 'query'>;

const TAB = 'edubotics-tab:';
const MOST_TABS = 99;

/** For the rest of the thread's life. 1 where the browser has no locks. */
export async function takeTabNumber(locks: Locks | undefined): Promise<number> {
	if (locks === undefined) return 1;
	for (let tab = 1; tab < MOST_TABS; tab++) if ((await hold(locks, `${TAB}${tab}`)) !== null) return tab;
	return MOST_TABS;
}

/** Says of an arm's lock that this tab has it; the function that takes it back. */
export async function sayOwner(locks: Locks, armLock: string, tab: number): Promise<() => void> {
	return (await hold(locks, ownerLock(armLock, tab))) ?? (() => undefined);
}

/** The tab that has the arm; null when nobody says so. */
export async function ownerOf(locks: Locks, armLock: string): Promise<number | null> {
	const start = ownerLock(armLock, '');
	const { held = [] } = await locks.query();
	const said = held.find(({ name }) => name?.startsWith(start))?.name?.slice(start.length);
	return said === undefined ? null : Number(said);
}

const ownerLock = (armLock: string, tab: number | ''): string => `${armLock}@${TAB}${tab}`;

/** The function that gives the lock back; null when somebody else has it. */
function hold(locks: Locks, name: string): Promise<(() => void) | null> {
	return new Promise((answered) => {
		locks
			.request(name, { ifAvailable: true }, (lock) => {
				if (lock === null) {
					answered(null);
					return undefined;
				}
				return new Promise<void>((letGo) => answered(letGo));
			})
			.catch(() => answered(null));
	});
}
