import { Store } from './store';

export interface Toast {
  id: number;
  text: string;
  undo?: () => void;
}

const SHOWN_MILLISECONDS = 8000;
let last = 0;

export const toasts = new Store<Toast[]>([]);

/** Says what was done; with undo, offers to take it back. */
export function say(text: string, undo?: () => void): void {
  const id = ++last;
  toasts.set([...toasts.get(), { id, text, undo }]);
  setTimeout(() => dismiss(id), SHOWN_MILLISECONDS);
}

export function dismiss(id: number): void {
  toasts.set(toasts.get().filter((toast) => toast.id !== id));
}
