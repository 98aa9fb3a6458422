import { Store } from './store';

/** Something changed: a run, the DAGs, or (after a gap) anything. */
export type LiveEvent = { kind: 'run'; dag_id: string; dag_run_id: string } | { kind: 'dags' } | { kind: 'anything' };

const POLL_MILLISECONDS = 5000;

/** Whether changes arrive as they happen. While they do not, pages ask every few seconds. */
export const streaming = new Store(true);

/** When the pages last received data. */
export const dataFrom = new Store(new Date());

const listeners = new Set<(event: LiveEvent) => void>();
let source: EventSource | undefined;
let poll: ReturnType<typeof setInterval> | undefined;

export function onLive(listener: (event: LiveEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Opens the stream of changes; returns what closes it. A hidden page lets go of it: over HTTP/1.1 a browser has six connections for all
 * tabs together, and a stream holds one for as long as it is open.
 */
export function startLive(): () => void {
  const follow = () => {
    if (document.hidden) disconnect();
    else connect();
  };
  connect();
  document.addEventListener('visibilitychange', follow);
  return () => {
    document.removeEventListener('visibilitychange', follow);
    disconnect();
  };
}

function disconnect(): void {
  source?.close();
  clearInterval(poll);
  poll = undefined;
  streaming.set(true);
}

function connect(): void {
  source?.close();
  source = new EventSource('/api/v2/events');
  source.addEventListener('run', (event) => emit({ kind: 'run', ...(JSON.parse(event.data) as { dag_id: string; dag_run_id: string }) }));
  source.addEventListener('dags', () => emit({ kind: 'dags' }));
  source.addEventListener('anything', () => emit({ kind: 'anything' }));
  source.onopen = () => {
    streaming.set(true);
    clearInterval(poll);
    poll = undefined;
    // What happened between the pages' last questions and now was told to nobody.
    emit({ kind: 'anything' });
  };
  source.onerror = () => {
    streaming.set(false);
    poll ??= setInterval(() => {
      emit({ kind: 'anything' });
      // The browser reconnects by itself after a drop, but gives up when the server refuses.
      if (source?.readyState === EventSource.CLOSED) connect();
    }, POLL_MILLISECONDS);
  };
}

/** After an act of this page: every list that may show it asks again, at once and not only when the engine says so. */
export function changed(): void {
  emit({ kind: 'anything' });
}

function emit(event: LiveEvent): void {
  for (const listener of listeners) listener(event);
}
