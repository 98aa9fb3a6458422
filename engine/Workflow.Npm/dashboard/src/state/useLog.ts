import { useEffect, useState } from 'react';
import { type ApiError, get } from '../api/client';
import type { LogLine } from '../api/types';

const POLL_MILLISECONDS = 1000;

export interface Attempt {
  dag_id: string;
  dag_run_id: string;
  task_id: string;
  /** Of an element; -1 for a task that is not mapped. */
  map_index: number;
  try_number: number;
}

export interface Log {
  lines: LogLine[];
  complete: boolean;
  error?: ApiError;
}

const NOTHING: Log = { lines: [], complete: false };

/** The lines of an attempt, growing while it runs. */
export function useLog({ dag_id, dag_run_id, task_id, map_index, try_number }: Attempt): Log {
  const [log, setLog] = useState(NOTHING);
  useEffect(() => {
    setLog(NOTHING);
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (after: number) => {
      let from = after;
      let pause = POLL_MILLISECONDS;
      try {
        const page = await get('/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/logs/{try_number}', {
          path: { dag_id, dag_run_id, task_id, try_number },
          query: { after, map_index },
        });
        if (stopped) return;
        from = page.next;
        setLog((before) => ({ lines: page.lines.length > 0 ? [...before.lines, ...page.lines] : before.lines, complete: page.complete }));
        if (page.complete) return;
        if (page.lines.length > 0) pause = POLL_MILLISECONDS / 4;
      } catch (error) {
        if (stopped) return;
        setLog((before) => ({ ...before, error: error as ApiError }));
        pause = POLL_MILLISECONDS * 5;
      }
      timer = setTimeout(() => void ask(from), pause);
    };
    void ask(0);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [dag_id, dag_run_id, task_id, map_index, try_number]);
  return log;
}
