import { Link } from 'react-router';
import type { RecentRun } from '../api/types';
import { duration } from '../lib/format';
import { links } from '../lib/links';
import { STATES } from '../lib/states';

const SLOTS = 14;
const TALLEST = 20;

/** Recent runs as small bars, newest right; height is duration, colour is state, each a link to its run. */
export function RunBars({ dagId, runs }: { dagId: string; runs: RecentRun[] }) {
  const spans = runs.map(secondsOf);
  const longest = Math.max(1, ...spans);
  return (
    <span className="run-bars" role="group" aria-label={`Recent runs of ${dagId}`}>
      {Array.from({ length: SLOTS - runs.length }, (_, slot) => (
        <span key={slot} className="run-bar" />
      ))}
      {runs
        .map((run, index) => {
          const { word, look } = STATES[run.state];
          const span = spans[index] ?? 0;
          const label = `${run.dag_run_id}: ${word}${run.start_date ? `, ${duration(span)}` : ''}`;
          const height = 5 + (span / longest) * (TALLEST - 5);
          return (
            <Link
              key={run.dag_run_id}
              className={`run-bar state-${look}`}
              to={links.run(dagId, run.dag_run_id)}
              title={label}
              aria-label={label}
            >
              <svg viewBox={`0 0 8 ${TALLEST}`} aria-hidden="true">
                <rect x="1" width="6" y={TALLEST - height} height={height} rx="1" />
                {look === 'failed' && <path className="run-bar-mark" d={`M1 ${TALLEST - height + 2.5}h6`} />}
              </svg>
            </Link>
          );
        })
        .reverse()}
    </span>
  );
}

function secondsOf(run: RecentRun): number {
  if (!run.start_date) return 0;
  return Math.max(0, ((run.end_date ? Date.parse(run.end_date) : Date.now()) - Date.parse(run.start_date)) / 1000);
}
