import { Link, Outlet, useOutletContext, useParams } from 'react-router';
import type { DagDetails } from '../../api/types';
import { Answered } from '../../components/Answered';
import { Diagnostics } from '../../components/Diagnostics';
import { Icon } from '../../components/Icon';
import { Callout } from '../../components/Messages';
import { Fact, Page } from '../../components/Page';
import { StateBadge } from '../../components/StateBadge';
import { Time } from '../../components/Time';
import { links } from '../../lib/links';
import { type Answer, useApi } from '../../state/useApi';
import { PauseSwitch } from './PauseSwitch';

export const useDag = () => useOutletContext<DagDetails>();

export function DagPage() {
  const { dagId = '' } = useParams();
  const answer: Answer<DagDetails> = useApi('/api/v2/dags/{dag_id}/details', { path: { dag_id: dagId } });
  const dag = answer.data;
  return (
    <Page
      title={dag?.dag_display_name ?? dagId}
      badge={dag?.recent_runs[0] && <LastRun dag={dag} />}
      actions={
        dag && (
          <>
            <PauseSwitch dag={dag} onChange={answer.refresh} />
            <span className="muted">{dag.is_paused ? 'paused' : 'active'}</span>
            <Link className="button button-main" to={links.trigger(dagId)} title="Trigger ( t )" data-testid="trigger">
              <Icon name="play" /> Trigger
            </Link>
          </>
        )
      }
      facts={dag && <DagFacts dag={dag} />}
      tabs={[
        { to: links.dag(dagId), label: 'Graph' },
        { to: links.dag(dagId, 'runs'), label: 'Runs' },
        { to: links.dag(dagId, 'backfills'), label: 'Backfills' },
        { to: links.dag(dagId, 'source'), label: 'Source' },
        { to: links.dag(dagId, 'details'), label: 'Details' },
      ]}
    >
      <Answered answer={answer} what={`The DAG ${dagId}`}>
        {(details) => (
          <>
            {details.message && <Callout kind="retry" title={details.message} />}
            {details.has_import_errors && <NewestFile dag={details} />}
            <Outlet context={details} />
          </>
        )}
      </Answered>
    </Page>
  );
}

function LastRun({ dag }: { dag: DagDetails }) {
  const last = dag.recent_runs[0]!;
  return (
    <Link to={links.run(dag.dag_id, last.dag_run_id)} title={`Last run: ${last.dag_run_id}`}>
      <StateBadge state={last.state} large />
    </Link>
  );
}

function DagFacts({ dag }: { dag: DagDetails }) {
  return (
    <>
      <Fact name="Schedule">
        {dag.timetable_summary ? (
          <>
            <code>{dag.timetable_summary}</code> {dag.timetable_timezone}
          </>
        ) : (
          'by hand'
        )}
      </Fact>
      <Fact name="Next run">{dag.is_paused ? 'paused' : <Time value={dag.next_dagrun_run_after} />}</Fact>
      <Fact name="Owner">{dag.owners.join(', ') || '–'}</Fact>
      <Fact name="Version">
        {dag.latest_version ? <Link to={links.source(dag.dag_id, dag.latest_version)}>v{dag.latest_version}</Link> : '–'}
      </Fact>
      <Fact name="File">
        <code>{dag.fileloc}</code>
      </Fact>
    </>
  );
}

function NewestFile({ dag }: { dag: DagDetails }) {
  const { data } = useApi('/api/v2/importErrors', { query: { limit: 100 } }, 'dags');
  const errors = data?.import_errors.filter((error) => error.dag_id === dag.dag_id || error.filename === dag.fileloc) ?? [];
  return (
    <Callout
      kind="failed"
      title={
        dag.latest_version ? `The newest file does not compile; version ${dag.latest_version} keeps running.` : 'The file does not compile.'
      }
    >
      {errors.map((error) => (
        <Diagnostics key={error.import_error_id} of={error} />
      ))}
    </Callout>
  );
}
