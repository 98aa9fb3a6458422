import { useState } from 'react';
import type { LogLine } from '../api/types';

/** More lines than this at a time make a browser slow. */
const WINDOW = 2000;

/** The part of a long log that is on the page: around the line in focus, or the end. */
export function useLogWindow(lines: LogLine[], focus: number | undefined) {
  const [moved, setMoved] = useState<{ focus: number | undefined; start: number }>();
  const last = Math.max(0, lines.length - WINDOW);
  const index = focus === undefined ? -1 : lines.findIndex((line) => line.seq === focus);
  const natural = index < 0 ? last : Math.min(last, Math.max(0, index - WINDOW / 2));
  const start = moved && moved.focus === focus ? Math.min(moved.start, last) : natural;
  const move = (by: number) => setMoved({ focus, start: Math.max(0, start + by) });
  return {
    shown: lines.slice(start, start + WINDOW),
    earlier: start,
    later: Math.max(0, lines.length - start - WINDOW),
    showEarlier: () => move(-WINDOW / 2),
    showLater: () => move(WINDOW / 2),
  };
}
