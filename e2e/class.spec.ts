// A lesson, in two browsers: a teacher makes a class, a pupil sits down without a name and records, the board shows it. The
// server is killed in the middle: the lab goes on, and afterwards everything is counted once. "Hold all arms" stops an arm
// and ends by itself.
import AxeBuilder from '@axe-core/playwright';
import type { Browser, Page } from '@playwright/test';
import { whyNoBinaries } from '../embedded/index.mjs';
import { startSchoolSite, type SchoolSite } from '../tools/lib/school-site.mjs';
import { expect, test } from '@playwright/test';
import { ClassPage } from './pages/class-page';
import { LabPage } from './pages/lab-page';

test.skip(whyNoBinaries() !== undefined, whyNoBinaries() ?? '');
test.describe.configure({ mode: 'serial', timeout: 180_000 });

let school: SchoolSite;
let teacher: ClassPage;
let pupil: ClassPage;
let room = { id: '', code: '' };
const PATIENCE = { timeout: 20_000 };

async function person(browser: Browser): Promise<ClassPage> {
	const context = await browser.newContext({ locale: 'de-DE' });
	context.setDefaultTimeout(30_000);
	return new ClassPage(await context.newPage(), school.url);
}

async function expectNoViolations(page: Page, what: string): Promise<void> {
	await page.waitForFunction(() => document.getAnimations().every((one) => !(one instanceof CSSTransition)));
	const found = await new AxeBuilder({ page }).exclude('iframe').analyze();
	expect(
		found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`),
		what
	).toEqual([]);
}

async function record(lab: LabPage): Promise<void> {
	await lab.startRecording();
	await lab.nudge(0, 'PageUp', 1);
	await lab.untilFrames(10);
	await lab.stopRecording();
	await lab.decide('keep');
}

test.beforeAll(async ({ browser }) => {
	test.setTimeout(180_000);
	const buildDir = process.env['E2E_BUILD_DIR'];
	school = await startSchoolSite({ buildDir });
	teacher = await person(browser);
	pupil = await person(browser);
});
test.afterAll(async () => {
	await teacher.page.context().close();
	await pupil.page.context().close();
	await school.stop();
});

test('a teacher makes a class and gets its code', async () => {
	await teacher.page.goto(teacher.address('/account/sign-up'));
	await expectNoViolations(teacher.page, 'sign-up');
	await teacher.signUp('lehrkraft@schule.example');
	await expectNoViolations(teacher.page, 'list of classes');
	room = await teacher.createClass('9b Robotik', 12);
	expect(room.code).toMatch(/^[23456789ABCDEFGHJKMNPQRSTVWXYZ]{8}$/);
	await expectNoViolations(teacher.page, 'class');
	const cookies = await teacher.page.context().cookies();
	const session = cookies.filter(({ name }) => name.startsWith('edubotics-teacher'));
	expect(session.length).toBeGreaterThan(0);
	expect(session.every(({ httpOnly, sameSite }) => httpOnly && sameSite === 'Lax')).toBe(true);
	expect(await teacher.page.evaluate(() => document.cookie)).not.toContain('edubotics');
});

test('a mistyped code opens nothing', async () => {
	const { page } = pupil;
	await page.goto(pupil.address('/join'));
	await expectNoViolations(page, 'join');
	await page.getByLabel(pupil.word('join_code')).fill('22222222');
	await page.getByRole('button', { name: pupil.word('join_do') }).click();
	await expect(page.getByRole('alert')).toContainText(pupil.word('school_problem_code_unknown').slice(0, 20));
});

test('a pupil sits down without a name, records, and the board shows it', async () => {
	const { page } = pupil;
	await teacher.openBoard(room.id);
	await pupil.join(room.code);
	const lab = LabPage.at(page);
	await lab.ready();
	await page.goto(`${pupil.address('/lab')}?probe=on&clock=lockstep`);
	await lab.ready();
	await expect(page.locator('[data-outbox]')).toBeVisible();
	await lab.until(({ report }) => report.status === 'disarmed', 'the arm to answer');
	await lab.arm();
	await lab.setTask('Stapeln');
	await record(lab);
	const seat = teacher.page.locator('li[data-seat]');
	await expect(seat).toHaveAttribute('data-episodes', '1', PATIENCE);
	await expect(seat).toHaveAttribute('data-presence', /driving|connected/, PATIENCE);
	await expect(page.locator('[data-outbox="0"]')).toBeVisible(PATIENCE);
	await expectNoViolations(teacher.page, 'board');
	await expectNoViolations(page, 'lab with a class');
});

test('a raised hand is seen, and lowered again', async () => {
	const seat = teacher.page.locator('li[data-seat]');
	await pupil.page.getByRole('button', { name: pupil.word('class_bar_hand_up') }).click();
	await expect(seat).toHaveAttribute('data-hand', 'true', PATIENCE);
	await pupil.page.getByRole('button', { name: pupil.word('class_bar_hand_down') }).click();
	await expect(seat).toHaveAttribute('data-hand', 'false', PATIENCE);
});

test('the teacher holds all arms: they stop under torque, nothing can be unlocked, it ends by itself', async () => {
	const lab = LabPage.at(pupil.page);
	await lab.until(({ report }) => report.status === 'armed', 'the arm still armed');
	await teacher.page.getByRole('button', { name: teacher.word('board_hold') }).click();
	const held = await lab.until(({ report }) => report.status === 'stopped', 'the arm to stop');
	expect(held.report.torque).toBe('on');
	await expect(pupil.page.locator('[data-held="true"]')).toBeVisible();
	await expectNoViolations(pupil.page, 'lab, held');
	await expect(pupil.page.getByText(pupil.word('step_held_by_class_title')).first()).toBeVisible();
	await expect(lab.button('step_clear_stop_action')).toHaveCount(0);
	// Its end in virtual time, without a server: class-hold.test.ts.
	await teacher.page.getByRole('button', { name: teacher.word('board_release') }).click();
	await expect(pupil.page.locator('[data-held="false"]')).toBeVisible(PATIENCE);
	expect((await lab.snapshot()).report.status, 'nothing moves by itself').toBe('stopped');
	await lab.button('step_clear_stop_action').click();
	await lab.until(({ report }) => report.status !== 'stopped', 'the latch to open');
});

test('the server is killed: the lab goes on, and afterwards everything is counted once', async () => {
	const lab = LabPage.at(pupil.page);
	await school.kill();
	await lab.until(({ report }) => report.status === 'armed' || report.status === 'disarmed', 'a calm arm');
	if ((await lab.snapshot()).report.status === 'disarmed') await lab.arm();
	await record(lab);
	await record(lab);
	await expect(pupil.page.locator('[data-outbox]')).not.toHaveAttribute('data-outbox', '0', PATIENCE);
	await expect(teacher.page.locator('[data-board="lost"]')).toBeVisible(PATIENCE);
	// Cold start without the server: the seat and what it has to tell are still there.
	await pupil.page.reload();
	await lab.ready();
	await school.start();
	const seat = teacher.page.locator('li[data-seat]');
	await expect(seat).toHaveAttribute('data-episodes', '3', { timeout: 90_000 });
	await expect(pupil.page.locator('[data-outbox="0"]')).toBeVisible({ timeout: 90_000 });
	const rows = await school.stack.database.sql()<{ kind: string; times: number }[]>`
		select kind, count(*)::int as times from public.lab_events where kind = 'episode_sealed' group by kind`;
	expect(rows).toEqual([{ kind: 'episode_sealed', times: 3 }]);
});

test('the next pupil at this computer meets nothing of the last one', async () => {
	const { page } = pupil;
	const rowsBefore = await school.stack.database.sql()`select id from public.lab_events`;
	await page.goto(pupil.address('/join'));
	await expectNoViolations(page, 'join, seated');
	await page.getByRole('button', { name: pupil.word('join_other') }).click();
	await expect(page.getByRole('button', { name: pupil.word('join_go_on') })).toHaveCount(0);
	await pupil.join(room.code);
	const lab = LabPage.at(page);
	await lab.ready();
	await page.goto(`${pupil.address('/lab')}?probe=on&clock=lockstep`);
	await lab.ready();
	await lab.until(({ report }) => report.status === 'disarmed', 'the arm to answer');
	expect((await lab.snapshot()).datasets).toEqual([]);
	await expect(teacher.page.locator('li[data-seat]')).toHaveCount(2, PATIENCE);
	await expect(teacher.page.locator('li[data-seat]').first()).toHaveAttribute('data-episodes', '3');
	await expect(teacher.page.locator('li[data-seat]').nth(1)).toHaveAttribute('data-episodes', '0');
	const rowsNow = await school.stack.database.sql()`
		select distinct seat_id from public.lab_events where kind = 'episode_sealed'`;
	expect(rowsNow).toHaveLength(1);
	expect(rowsBefore.length).toBeGreaterThan(0);
});

test('nobody else sees the class: another teacher, a pupil, nobody', async ({ browser }) => {
	const other = await person(browser);
	await other.signUp('andere@schule.example');
	for (const who of [other, pupil]) {
		const board = await who.page.request.get(`${school.url}/api/class/board?classroom=${room.id}`);
		expect([401, 403]).toContain(board.status());
		const stream = await who.page.request.get(`${school.url}/api/events?classroom=${room.id}`);
		expect([401, 403]).toContain(stream.status());
		const hold = await who.page.request.post(`${school.url}/api/class/hold`, {
			data: { classroomId: room.id, seconds: 60 }
		});
		expect([401, 403]).toContain(hold.status());
	}
	const page = await other.page.goto(other.address(`/classroom/${room.id}`));
	expect(page?.status()).toBe(404);
	await other.page.context().close();
});

test('a teacher signs out, and this browser is nobody again', async () => {
	const { page } = teacher;
	await page.goto(teacher.address('/account'));
	await page.getByRole('button', { name: 'Abmelden' }).click();
	await page.waitForURL(teacher.address('/classroom'));
	const kept = await page.context().cookies();
	expect(kept.filter(({ name, value }) => name.startsWith('edubotics-teacher') && value !== '')).toEqual([]);
	await page.goto(teacher.address('/account'));
	await page.waitForURL(/sign-in|login/);
});
