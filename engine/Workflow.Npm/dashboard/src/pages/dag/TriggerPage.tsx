import { type FormEvent, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { type ApiError, post } from '../../api/client';
import type { DagDetails } from '../../api/types';
import { Answered } from '../../components/Answered';
import { Callout, Command } from '../../components/Messages';
import { Page } from '../../components/Page';
import { links } from '../../lib/links';
import { commandLine, confOf, initialFields, problems } from '../../lib/params';
import { useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';
import { JsonField } from './JsonField';
import { ParamField } from './ParamField';

export function TriggerPage() {
  const { dagId = '' } = useParams();
  const answer = useApi('/api/v2/dags/{dag_id}/details', { path: { dag_id: dagId } }, 'never');
  return (
    <Page title={`Trigger ${dagId}`}>
      <Answered answer={answer} what={`The DAG ${dagId}`}>
        {(dag) => <TriggerForm dag={dag} />}
      </Answered>
    </Page>
  );
}

function TriggerForm({ dag }: { dag: DagDetails }) {
  const [given] = useParam('conf');
  const [view, setView] = useParam('view');
  const [fields, setFields] = useState(() => initialFields(dag.params, parsed(given)));
  const [note, setNote] = useState('');
  const [refused, setRefused] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const navigate = useNavigate();

  const conf = confOf(dag.params, fields);
  const wrong = problems(dag.params, conf);
  const atServer = Object.fromEntries(refused?.problem.errors?.map(({ name, message }) => [name, message]) ?? []);
  const change = (next: typeof fields) => {
    setRefused(undefined);
    setFields(next);
  };

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      const body = { conf, logical_date: null, note: note || null };
      const run = await post('/api/v2/dags/{dag_id}/dagRuns', { path: { dag_id: dag.dag_id }, body });
      await navigate(links.run(run.dag_id, run.dag_run_id));
    } catch (error) {
      setRefused(error as ApiError);
      setBusy(false);
    }
  };

  return (
    <form className="form" onSubmit={(event) => void submit(event)}>
      {refused && (
        <Callout kind="failed" title="The run was not started.">
          <p>{refused.message}</p>
        </Callout>
      )}
      {dag.is_paused && (
        <Callout kind="info" title="The DAG is paused. That stops its schedule; a run triggered by hand starts all the same." />
      )}
      {dag.params.length > 0 && (
        <div className="filters" role="group" aria-label="View">
          <button type="button" aria-pressed={view !== 'json'} onClick={() => setView(null)}>
            Form
          </button>
          <button type="button" aria-pressed={view === 'json'} onClick={() => setView('json')}>
            JSON
          </button>
        </div>
      )}
      {dag.params.length === 0 && <p>This DAG takes no parameters.</p>}
      {view === 'json' ? (
        <JsonField
          conf={conf}
          problems={{ ...wrong, ...atServer }}
          onChange={(next) => change(initialFields(dag.params.map(withoutDefault), next))}
        />
      ) : (
        dag.params.map((param) => (
          <ParamField
            key={param.name}
            param={param}
            value={fields[param.name] ?? ''}
            problem={wrong[param.name] ?? atServer[param.name]}
            onChange={(value) => change({ ...fields, [param.name]: value })}
          />
        ))
      )}
      <label className="field">
        <span className="field-name">Note</span>
        <input value={note} onChange={(event) => setNote(event.target.value)} />
        <span className="muted">Why this run; shown beside it.</span>
      </label>
      <div className="row">
        <button type="submit" className="button-main" disabled={busy || Object.keys(wrong).length > 0} data-testid="trigger-submit">
          {busy ? 'Starting …' : 'Trigger'}
        </button>
        {Object.keys(wrong).length > 0 && <span className="problem">Correct {Object.keys(wrong).join(', ')} first.</span>}
      </div>
      <div>
        <p className="muted">The same on the command line:</p>
        <Command text={commandLine(dag.dag_id, conf)} />
      </div>
    </form>
  );
}

const withoutDefault = (param: DagDetails['params'][number]) => ({ ...param, default: undefined });

function parsed(text: string | null): Record<string, unknown> {
  try {
    return text ? (JSON.parse(text) as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
