import { Link } from 'react-router';
import type { DagRun } from '../../api/types';
import { Fact } from '../../components/Page';
import { Duration, ExactTime, Time } from '../../components/Time';
import { plain } from '../../lib/format';
import { links } from '../../lib/links';
import { RunNote } from './RunNote';

export function RunFacts({ run, onChange }: { run: DagRun; onChange: () => void }) {
  const conf = Object.entries(run.conf);
  return (
    <>
      <Fact name="DAG">
        <Link to={links.dag(run.dag_id)}>{run.dag_id}</Link>{' '}
        <Link to={links.source(run.dag_id, run.dag_version_number)}>v{run.dag_version_number}</Link>
      </Fact>
      <Fact name={run.start_date ? 'Started' : 'Created'}>
        <Time value={run.start_date ?? run.queued_at} /> by {run.triggered_by}
      </Fact>
      <Fact name="Took">
        <Duration of={run} />
      </Fact>
      {run.data_interval_start && (
        <Fact name="Data interval">
          <ExactTime value={run.data_interval_start} /> – <ExactTime value={run.data_interval_end} />
        </Fact>
      )}
      {conf.length > 0 && (
        <Fact name="Parameters">
          {conf.map(([name, value]) => (
            <code key={name} className="pair">
              {name}={plain(value)}
            </code>
          ))}
        </Fact>
      )}
      <RunNote run={run} onChange={onChange} />
    </>
  );
}
