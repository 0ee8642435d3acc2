import { expect, it } from 'vitest';
import { ClassNews } from './class-news';

it('tells whoever watches that class, and nobody else', () => {
	const news = new ClassNews();
	const heard: string[] = [];
	const stop = news.watch('a', (what) => heard.push(`a1 ${what}`));
	news.watch('a', (what) => heard.push(`a2 ${what}`));
	news.watch('b', (what) => heard.push(`b ${what}`));
	news.take(JSON.stringify({ classroom_id: 'a', what: 'hold' }));
	expect(heard).toEqual(['a1 hold', 'a2 hold']);
	stop();
	news.tell('a', 'presence');
	expect(heard).toEqual(['a1 hold', 'a2 hold', 'a2 presence']);
});

it.each(['', 'no json', '[]', '{"what":"hold"}', '{"classroom_id":7}', 'null'])('drops %j', (payload) => {
	const news = new ClassNews();
	let heard = 0;
	news.watch('a', () => (heard += 1));
	news.take(payload);
	expect(heard).toBe(0);
});

it('without an address nothing is heard, and it says so', async () => {
	expect(await new ClassNews().listen(null)).toBe(false);
});
