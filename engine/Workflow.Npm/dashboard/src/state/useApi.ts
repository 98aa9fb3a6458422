import { useCallback, useEffect, useRef, useState } from 'react';
import { type ApiError, address, get, type PathsOf, type RequestOf, type ResponseOf } from '../api/client';
import { dataFrom, type LiveEvent, onLive } from './live';

/** At most two refreshes a second, however many changes arrive. */
const COALESCE_MILLISECONDS = 500;

/** Which changes concern what a page shows: all, DAG definitions, or those of one DAG or run. Never: it cannot change. */
export type Follow = 'all' | 'dags' | 'never' | { dag_id: string; dag_run_id?: string };

export interface Answer<T> {
  data: T | undefined;
  error: ApiError | undefined;
  refresh: () => void;
}

/**
 * Asks the API and asks again when a change concerns the answer. Rows stay on the screen while the next answer is under way, so nothing
 * flickers; another address starts empty. A request of null asks nothing.
 */
export function useApi<P extends PathsOf<'get'>>(
  path: P,
  request: RequestOf<'get', P> | null,
  follow: Follow = 'all',
): Answer<ResponseOf<'get', P>> {
  const key = request === null ? null : address(path, request);
  const [answer, setAnswer] = useState<{ key: string | null; data?: ResponseOf<'get', P>; error?: ApiError }>({ key: null });
  const current = useRef({ key, request });
  current.current = { key, request };

  const load = useCallback(async () => {
    const asked = current.current;
    if (asked.request === null) return;
    try {
      const data = await (get as (path: P, request: RequestOf<'get', P>) => Promise<ResponseOf<'get', P>>)(path, asked.request);
      dataFrom.set(new Date());
      if (current.current.key === asked.key) setAnswer({ key: asked.key, data });
    } catch (error) {
      if (current.current.key !== asked.key) return;
      setAnswer((before) => ({ ...(before.key === asked.key ? before : {}), key: asked.key, error: error as ApiError }));
    }
  }, [path]);

  const followKey = JSON.stringify(follow);
  useEffect(() => {
    if (key === null) return;
    const refresh = coalesced(load);
    refresh.soon();
    const concerns = JSON.parse(followKey) as Follow;
    const stop = onLive((event) => {
      if (isConcerned(concerns, event)) refresh.soon();
    });
    return () => {
      stop();
      refresh.cancel();
    };
  }, [key, load, followKey]);

  const mine = answer.key === key;
  return { data: mine ? answer.data : undefined, error: mine ? answer.error : undefined, refresh: load };
}

function isConcerned(follow: Follow, event: LiveEvent): boolean {
  if (follow === 'never') return false;
  if (follow === 'all' || event.kind === 'anything') return true;
  if (follow === 'dags') return event.kind === 'dags';
  return event.kind === 'run' && event.dag_id === follow.dag_id && (follow.dag_run_id ?? event.dag_run_id) === event.dag_run_id;
}

/** Runs at once when idle, otherwise once more after a pause; never two at a time. */
function coalesced(work: () => Promise<void>) {
  let busy = false;
  let again = false;
  let stopped = false;
  const run = async () => {
    busy = true;
    again = false;
    await work();
    await new Promise((resolve) => setTimeout(resolve, COALESCE_MILLISECONDS));
    busy = false;
    if (again && !stopped) void run();
  };
  const soon = () => {
    if (busy) again = true;
    else void run();
  };
  return { soon, cancel: () => (stopped = true) };
}
