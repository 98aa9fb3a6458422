import type { DagDetails } from '../../api/types';
import { Callout } from '../../components/Messages';
import { Fact, Section } from '../../components/Page';
import { ExactTime } from '../../components/Time';
import { count, duration } from '../../lib/format';

type Deadline = NonNullable<DagDetails['limits']>['deadlines'][number];

/** When runs are created, and what holds for them as a whole. */
export function DagLimits({ dag }: { dag: DagDetails }) {
  const { limits } = dag;
  return (
    <>
      <Section title="Schedule">
        {dag.schedule_error && (
          <Callout kind="retry" title="The schedule gives no next time.">
            <p className="sentence">{dag.schedule_error}</p>
          </Callout>
        )}
        <dl className="facts facts-boxed">
          <Fact name="Runs">{dag.timetable_summary ? <code>{dag.timetable_summary}</code> : 'by hand only'}</Fact>
          {dag.timetable_summary && (
            <>
              <Fact name="Time zone">{dag.timetable_timezone}</Fact>
              <Fact name="Next">{dag.is_paused ? 'paused' : <ExactTime value={dag.next_dagrun_run_after} />}</Fact>
              <Fact name="Not before">{dag.start_date ? <ExactTime value={dag.start_date} /> : 'no bound'}</Fact>
              <Fact name="Not after">{dag.end_date ? <ExactTime value={dag.end_date} /> : 'no bound'}</Fact>
              <Fact name="Missed times">{dag.catchup ? 'get their runs later (catchup)' : 'are passed over (no catchup)'}</Fact>
            </>
          )}
        </dl>
      </Section>
      {limits && (
        <Section title="Limits">
          <dl className="facts facts-boxed">
            <Fact name="Runs at once">{count(limits.max_active_runs)}</Fact>
            <Fact name="Tasks at once">{limits.max_active_tasks == null ? 'no limit' : count(limits.max_active_tasks)}</Fact>
            <Fact name="In one run">{limits.max_active_tasks_per_run == null ? 'no limit' : count(limits.max_active_tasks_per_run)}</Fact>
            <Fact name="Run timeout">{limits.run_timeout_seconds == null ? 'none' : duration(limits.run_timeout_seconds)}</Fact>
            <Fact name="Deadlines">
              {limits.deadlines.length === 0
                ? 'none'
                : limits.deadlines.map((deadline, index) => (
                    <span key={index}>
                      {index > 0 && '; '}
                      <DeadlineText of={deadline} />
                    </span>
                  ))}
            </Fact>
          </dl>
        </Section>
      )}
    </>
  );
}

const FROM: Record<Deadline['reference'], (runs: number) => string> = {
  queued: () => 'after the run was created',
  logical_date: () => 'after its logical date',
  fixed: () => '',
  average_runtime: (runs) => `longer than the mean of the last ${runs} successful runs`,
};

function DeadlineText({ of: { reference, interval_seconds: seconds, at, runs } }: { of: Deadline }) {
  if (reference === 'fixed') return <ExactTime value={at} />;
  const text = FROM[reference](runs);
  return <>{seconds < 0 ? `${duration(-seconds)} ${text.replace('after', 'before')}` : `${duration(seconds)} ${text}`}</>;
}
