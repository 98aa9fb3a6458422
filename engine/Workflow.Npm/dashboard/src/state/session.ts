import { Store } from './store';

/** Whether the browser is signed in; unknown until the first call answers. */
export const session = new Store<'unknown' | 'in' | 'out'>('unknown');

export const signedIn = () => session.set('in');
export const signedOut = () => session.set('out');
