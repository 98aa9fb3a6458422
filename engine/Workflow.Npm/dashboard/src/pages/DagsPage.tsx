import { useApi } from '../state/useApi';
import type { Dag, ImportError } from '../api/types';
import { Answered } from '../components/Answered';
import { Diagnostics, hasError } from '../components/Diagnostics';
import { Callout, Empty } from '../components/Messages';
import { Page } from '../components/Page';
import { Search } from '../components/Search';
import { Table } from '../components/Table';
import { Time } from '../components/Time';
import { plural } from '../lib/format';
import { useParam } from '../state/useParam';
import { DagRow } from './dag/DagRow';

const FILTERS: { name: string; word: string; keeps: (dag: Dag) => boolean }[] = [
  { name: '', word: 'All', keeps: () => true },
  { name: 'failed', word: 'Failed last', keeps: (dag) => dag.recent_runs.find((run) => run.state !== 'running')?.state === 'failed' },
  { name: 'running', word: 'Running', keeps: (dag) => dag.recent_runs.some((run) => run.state === 'running') },
  { name: 'paused', word: 'Paused', keeps: (dag) => dag.is_paused },
];

export function DagsPage() {
  const [query, setQuery] = useParam('search');
  const [show, setShow] = useParam('show');
  const dags = useApi('/api/v2/dags', { query: { limit: 1000 } });
  const errors = useApi('/api/v2/importErrors', { query: { limit: 100 } }, 'dags');
  const filter = FILTERS.find(({ name }) => name === show) ?? FILTERS[0]!;

  return (
    <Page title="DAGs">
      <ImportErrors errors={errors.data?.import_errors ?? []} />
      <Answered answer={dags} what="The list of DAGs">
        {({ dags: all }) => {
          if (all.length === 0) return <NoDags />;
          const found = all.filter((dag) => matches(dag, (query ?? '').toLowerCase()));
          const shown = found.filter(filter.keeps);
          return (
            <>
              <div className="toolbar">
                <Search label="Search names, tags, owners" value={query ?? ''} onChange={setQuery} />
                <div className="filters" role="group" aria-label="Show">
                  {FILTERS.map(({ name, word, keeps }) => (
                    <button key={name} type="button" aria-pressed={name === filter.name} onClick={() => setShow(name)}>
                      {word} <span className="muted number">{found.filter(keeps).length}</span>
                    </button>
                  ))}
                </div>
              </div>
              {shown.length === 0 ? (
                <p className="muted">No DAG matches. Clear the search or choose All.</p>
              ) : (
                <Table label="DAGs" columns={['DAG', 'Active', 'Schedule', 'Next run', 'Recent runs', 'Last run', 'Owner']}>
                  {shown.map((dag) => (
                    <DagRow key={dag.dag_id} dag={dag} onChange={dags.refresh} />
                  ))}
                </Table>
              )}
            </>
          );
        }}
      </Answered>
    </Page>
  );
}

function matches(dag: Dag, needle: string): boolean {
  const words = [dag.dag_id, dag.dag_display_name, ...dag.owners, ...dag.tags.map((tag) => tag.name)];
  return words.some((word) => word.toLowerCase().includes(needle));
}

function ImportErrors({ errors }: { errors: ImportError[] }) {
  const wrong = errors.filter(hasError);
  return (
    <>
      <FileMessages
        kind="failed"
        title={`${plural(wrong.length, 'file')} did not become a DAG; an earlier version, if there is one, keeps running.`}
        errors={wrong}
      />
      <FileMessages kind="retry" title="What needs attention in files that work:" errors={errors.filter((error) => !hasError(error))} />
    </>
  );
}

function FileMessages({ kind, title, errors }: { kind: 'failed' | 'retry'; title: string; errors: ImportError[] }) {
  if (errors.length === 0) return null;
  return (
    <Callout kind={kind} title={title}>
      {errors.map((error) => (
        <details key={error.import_error_id} open={errors.length <= 3}>
          <summary>
            <code>{error.filename}</code> {error.dag_id && <span>({error.dag_id})</span>}{' '}
            <span className="muted">{plural(error.diagnostics.length, 'message')}, </span>
            <span className="muted">
              <Time value={error.timestamp} />
            </span>
          </summary>
          <Diagnostics of={error} />
        </details>
      ))}
    </Callout>
  );
}

function NoDags() {
  return (
    <Empty title="No DAG yet">
      <p>
        A DAG is one C# file in the folder <code>dags/</code>: a class that implements <code>IDag</code>. Save one there and within a second
        it is here, its graph drawn and ready to run; if it does not compile, its errors are here instead, with file, line and column.
      </p>
    </Empty>
  );
}
