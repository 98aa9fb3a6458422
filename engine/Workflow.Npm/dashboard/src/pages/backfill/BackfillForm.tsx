import { type FormEvent, useState } from 'react';
import { type ApiError, post } from '../../api/client';
import type { BackfillDateCollection, BackfillRequest, DagDetails } from '../../api/types';
import { Dialog } from '../../components/Dialog';
import { Callout, Command } from '../../components/Messages';
import { count, plural } from '../../lib/format';
import { confOf, initialFields, problems } from '../../lib/params';
import { say } from '../../state/toasts';
import { ParamField } from '../dag/ParamField';
import { Check } from '../run/Reach';
import { DateTable } from './DateTable';

type Reprocess = NonNullable<BackfillRequest['reprocess_behavior']>;

const REPROCESS: [Reprocess, string][] = [
  ['none', 'leave them as they are'],
  ['failed', 'run again those that failed or were cancelled'],
  ['completed', 'run all of them again'],
];

const SHOWN = 100;

interface Props {
  dag: DagDetails;
  onDone: () => void;
  onClose: () => void;
}

/** Creates a backfill: the range and how, then what it would do to each date, then the button. */
export function BackfillForm({ dag, onDone, onClose }: Props) {
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [reprocess, setReprocess] = useState<Reprocess>('none');
  const [atOnce, setAtOnce] = useState('10');
  const [backwards, setBackwards] = useState(false);
  const [fields, setFields] = useState(() => initialFields(dag.params.map(withoutDefault), {}));
  const [preview, setPreview] = useState<{ of: string; dates: BackfillDateCollection }>();
  const [refused, setRefused] = useState<ApiError>();
  const [busy, setBusy] = useState(false);

  const conf = confOf(dag.params, fields);
  const wrong = problems(dag.params, conf);
  const atOnceProblem = /^[1-9]\d{0,5}$/.test(atOnce) ? undefined : 'Must be 1 or more.';
  const rangeProblem = from && to && from > to ? 'Must not be before the first date.' : undefined;
  const isReady = Boolean(from && to) && !atOnceProblem && !rangeProblem && Object.keys(wrong).length === 0;
  const body: BackfillRequest = {
    dag_id: dag.dag_id,
    from_date: from,
    to_date: to,
    dag_run_conf: conf,
    reprocess_behavior: reprocess,
    max_active_runs: Number(atOnce),
    run_backwards: backwards,
  };
  const text = JSON.stringify(body);
  const dates = preview?.of === text ? preview.dates : undefined;
  const turns = dates?.dates.filter(({ outcome }) => outcome === 'created' || outcome === 'cleared').length ?? 0;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setRefused(undefined);
    try {
      if (dates) {
        const created = await post('/api/v2/backfills', { body });
        say(`Backfill ${created.id} is created.`);
        onDone();
        onClose();
      } else {
        setPreview({ of: text, dates: await post('/api/v2/backfills/dry_run', { body, query: { limit: SHOWN } }) });
      }
    } catch (error) {
      setRefused(error as ApiError);
    }
    setBusy(false);
  };

  return (
    <Dialog title={`Create a backfill of ${dag.dag_id}`} wide onClose={onClose}>
      <form className="form" onSubmit={(event) => void submit(event)}>
        {refused && (
          <Callout kind="failed" title="That is not possible.">
            <p>{refused.message}</p>
          </Callout>
        )}
        <div className="row fields">
          <label className="field">
            <span className="field-name">From</span>
            <input type="date" required value={from} onChange={(event) => setFrom(event.target.value)} />
          </label>
          <label className="field">
            <span className="field-name">To, inclusive</span>
            <input type="date" required value={to} aria-invalid={rangeProblem !== undefined} onChange={(event) => setTo(event.target.value)} />
          </label>
          <label className="field">
            <span className="field-name">Runs at once</span>
            <input inputMode="numeric" value={atOnce} aria-invalid={atOnceProblem !== undefined} onChange={(event) => setAtOnce(event.target.value)} />
          </label>
        </div>
        <p className="muted">
          Dates are days in {dag.timetable_timezone}. {rangeProblem && <span className="problem">{rangeProblem}</span>}
          {atOnceProblem && <span className="problem">{atOnceProblem}</span>}
        </p>
        <label className="field">
          <span className="field-name">Dates that have a run already</span>
          <select value={reprocess} onChange={(event) => setReprocess(event.target.value as Reprocess)}>
            {REPROCESS.map(([name, word]) => (
              <option key={name} value={name}>
                {word}
              </option>
            ))}
          </select>
        </label>
        <Check label="newest date first" checked={backwards} onChange={setBackwards} />
        {dag.params.length > 0 && (
          <details>
            <summary>Parameters</summary>
            {dag.params.map((param) => (
              <ParamField
                key={param.name}
                param={param}
                value={fields[param.name] ?? ''}
                problem={wrong[param.name]}
                onChange={(value) => setFields({ ...fields, [param.name]: value })}
              />
            ))}
          </details>
        )}
        {isReady && <Command text={commandLine(body)} />}
        {dates && (
          <div className="affected" data-testid="backfill-preview">
            <p>
              {plural(dates.total_entries, 'date')}
              {dates.total_entries > SHOWN && `, of which the first ${count(SHOWN)}`}: {count(turns)} {turns === 1 ? 'runs' : 'run'}.
            </p>
            <DateTable dates={dates.dates} dagId={dag.dag_id} planned />
          </div>
        )}
        <div className="dialog-actions">
          <button type="button" onClick={onClose}>
            Close
          </button>
          <button type="submit" className="button-main" disabled={busy || !isReady || dates?.total_entries === 0}>
            {dates ? `Create it for ${plural(dates.total_entries, 'date')}` : 'Show what it would do'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** A run that exists keeps what is not named, so that nothing is named unless somebody gives it. */
const withoutDefault = (param: DagDetails['params'][number]) => ({ ...param, default: undefined });

function commandLine(body: BackfillRequest): string {
  const parts = ['workflow backfill create', `--dag-id ${body.dag_id}`, `--from-date ${body.from_date}`, `--to-date ${body.to_date}`];
  if (body.reprocess_behavior !== 'none') parts.push(`--reprocess-behavior ${body.reprocess_behavior}`);
  parts.push(`--max-active-runs ${body.max_active_runs}`);
  if (body.run_backwards) parts.push('--run-backwards');
  const conf = JSON.stringify(body.dag_run_conf);
  if (conf !== '{}') parts.push(`--dag-run-conf '${conf.replaceAll("'", `'\\''`)}'`);
  return parts.join(' ');
}
