// One name for this build, the same in the page, in every worker and in the service worker. `npm start` sets it to the
// fingerprint of the sources, so that equal sources give equal bundles.
process.env['EDUBOTICS_BUILD'] ??= `dev-${Date.now().toString(36)}`;

export const buildId = process.env['EDUBOTICS_BUILD'];
