// These pages are made for the person who asks, at the moment they ask: never prerendered, never in the offline cache.
export const prerender = false;
