import { Store, useStore } from './store';

export type Theme = 'system' | 'light' | 'dark';
export type Zone = 'local' | 'utc';

interface Preferences {
  theme: Theme;
  zone: Zone;
  railFolded: boolean;
  wrapLog: boolean;
}

const KEY = 'workflow.preferences';
const DEFAULTS: Preferences = { theme: 'system', zone: 'local', railFolded: false, wrapLog: true };

const preferences = new Store<Preferences>({ ...DEFAULTS, ...remembered() });

export const usePreferences = () => useStore(preferences);

export function prefer(change: Partial<Preferences>): void {
  preferences.set({ ...preferences.get(), ...change });
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences.get()));
  } catch {
    // Storage may be forbidden; then the choice lasts until the page is closed.
  }
  applyTheme();
}

export function applyTheme(): void {
  document.documentElement.dataset.theme = preferences.get().theme;
}

function remembered(): Partial<Preferences> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Preferences>;
  } catch {
    return {};
  }
}
