// The lab lives in the browser only: its shell is prerendered, nothing of it runs on the server.
export const ssr = false;
