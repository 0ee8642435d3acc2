// Every page is prerendered: the lab and the site never need the server after the first visit.
export const prerender = true;
export const trailingSlash = 'never';
