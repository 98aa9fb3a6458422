import { useEffect, useEffectEvent, useRef } from 'react';
import { useLocation, useNavigate } from 'react-router';
import { links } from '../lib/links';

const PLACES: Record<string, string> = {
  d: links.dags,
  r: links.runs,
  s: links.datasets,
  m: links.models,
  v: links.review,
  p: links.pools,
};
const SEQUENCE_MILLISECONDS = 1500;

/** The dashboard's keys; silent while one types or a dialog is open. */
export function useKeyboard(onHelp: () => void): void {
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const goUntil = useRef(0);

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if ((event.target as HTMLElement).closest('input, textarea, select, dialog')) return;
    const going = Date.now() < goUntil.current;
    goUntil.current = 0;
    const place = going ? PLACES[event.key] : undefined;
    const dag = /^\/dags\/[^/]+/.exec(pathname)?.[0];
    if (place) void navigate(place);
    else if (event.key === 'g') goUntil.current = Date.now() + SEQUENCE_MILLISECONDS;
    else if (event.key === 't' && dag) void navigate(`${dag}/trigger`);
    else if (event.key === '?') onHelp();
    else if (event.key === '/') search();
    else return;
    event.preventDefault();
  });

  const search = () => {
    const field = document.querySelector<HTMLInputElement>('[data-search]');
    if (field) field.focus();
    else void navigate(`${links.dags}#search`);
  };

  useEffect(() => {
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}
