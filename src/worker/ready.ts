/** A worker's first message: its code has loaded, what fails from here on is a request's doing. */
export const READY = 'ready';
