// Server half of the URL locale: binds the locale of a request for everything rendered in it.
import { paraglideMiddleware } from './generated/server.js';

export const localized = paraglideMiddleware;
