import { type FormEvent, useState } from 'react';
import { useSearchParams } from 'react-router';
import type { DatasetDiffSide, DatasetVersionState } from '../../api/types';
import { Answered } from '../../components/Answered';
import { DriftDetails, DriftTable } from '../../components/DriftTable';
import { Command } from '../../components/Messages';
import { Fact } from '../../components/Page';
import { Split } from '../../components/Split';
import { StateBadge } from '../../components/StateBadge';
import { VersionField } from '../../components/VersionField';
import { count, percent, slice } from '../../lib/format';
import { quoted } from '../../lib/params';
import { useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';
import { useVersions } from '../../state/useVersions';
import { useDataset } from './DatasetPage';

/** As the API and the command line name them. */
const METHODS = ['auto', 'ks', 'wasserstein', 'js', 'psi', 'psi-deciles', 'chi2', 'z', 'l-infinity'];

interface Question {
  reference: string;
  current: string;
  columns: string;
  method: string;
  threshold: string;
}

/** What has changed between two versions; the address holds the question, so that a link gives the same answer. */
export function DriftTab() {
  const { name } = useDataset();
  const [search, setSearch] = useSearchParams();
  const [chosen, choose] = useParam('column');
  const versions = useVersions(name);
  const asked = questionOf(search);
  const isWhole = asked.reference !== '' && asked.current !== '';
  const answer = useApi(
    '/api/v2/datasets/{name}/drift',
    isWhole
      ? {
          path: { name },
          query: {
            reference: asked.reference,
            current: asked.current,
            columns: asked.columns || undefined,
            method: asked.method || undefined,
            threshold: asked.threshold === '' ? undefined : Number(asked.threshold),
          },
        }
      : null,
    // It reads both files, and versions do not change.
    'never',
  );
  const ask = (question: Question) => setSearch(addressOf(question, chosen), { replace: true });
  return (
    <>
      <Answered answer={versions} what="The list of versions">
        {(known) => (
          <>
            <DriftForm key={name} suggested={{ ...suggestion(known, asked), method: asked.method || 'auto' }} versions={known} onAsk={ask} />
            {!isWhole && (
              <p className="muted">
                {known.length < 2
                  ? 'There is only one version: nothing to compare it with yet. The next run of its task makes another.'
                  : 'Choose what counts as normal and what to compare with it: the number of a version, or a slice for its newest.'}
              </p>
            )}
          </>
        )}
      </Answered>
      {isWhole && (
        <Answered answer={answer} what="The comparison">
          {({ columns, verdict, share, reference, current }) => {
            const column = columns.find((each) => each.column === chosen);
            return (
              <>
                <dl className="facts" data-testid="drift-verdict">
                  <StateBadge verdict={verdict} large />
                  <Fact name="Drifted">
                    {percent(share)} of {count(columns.filter((each) => each.verdict !== 'inconclusive').length)} columns
                  </Fact>
                  <Fact name="Reference">{side(reference)}</Fact>
                  <Fact name="Current">{side(current)}</Fact>
                </dl>
                <Split
                  title={column ? column.column : null}
                  badge={column && <StateBadge verdict={column.verdict} />}
                  panel={column && <DriftDetails of={column} reference={side(reference)} current={side(current)} />}
                  onClose={() => choose(null)}
                >
                  <DriftTable columns={columns} selected={chosen} onSelect={choose} />
                </Split>
                <Command text={commandOf(name, asked)} />
              </>
            );
          }}
        </Answered>
      )}
    </>
  );
}

interface FormProps {
  suggested: Question;
  versions: DatasetVersionState[];
  onAsk: (question: Question) => void;
}

/** Starts with what is suggested; from then on the fields are the person's, whatever versions come meanwhile. */
function DriftForm({ suggested, versions, onAsk }: FormProps) {
  const [question, setQuestion] = useState(suggested);
  const set = (part: Partial<Question>) => setQuestion({ ...question, ...part });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onAsk(question);
  };
  return (
    <form className="toolbar" onSubmit={submit}>
      <VersionField label="Reference" value={question.reference} versions={versions} onChange={(reference) => set({ reference })} />
      <VersionField label="Current" value={question.current} versions={versions} onChange={(current) => set({ current })} />
      <label className="version-field">
        <span className="muted">Columns</span>
        <input value={question.columns} placeholder="all" onChange={(event) => set({ columns: event.target.value })} />
      </label>
      <label className="version-field">
        <span className="muted">Method</span>
        <select value={question.method} onChange={(event) => set({ method: event.target.value })}>
          {METHODS.map((method) => (
            <option key={method}>{method}</option>
          ))}
        </select>
      </label>
      <label className="version-field version-field-short">
        <span className="muted">Threshold</span>
        <input
          inputMode="decimal"
          placeholder="default"
          value={question.threshold}
          onChange={(event) => set({ threshold: event.target.value })}
        />
      </label>
      <button type="submit" className="button-main" data-testid="compare">
        Compare
      </button>
    </form>
  );
}

function questionOf(search: URLSearchParams): Question {
  const of = (key: keyof Question) => search.get(key) ?? '';
  return { reference: of('reference'), current: of('current'), columns: of('columns'), method: of('method'), threshold: of('threshold') };
}

function addressOf(question: Question, column: string | null): URLSearchParams {
  const address = new URLSearchParams();
  for (const [key, value] of Object.entries({ ...question, method: question.method === 'auto' ? '' : question.method, column })) {
    if (value) address.set(key, value);
  }
  return address;
}

/** Until both sides are chosen: the newest version against the one before. */
function suggestion(versions: DatasetVersionState[], asked: Question): Question {
  const readable = versions.filter(({ expired_at }) => !expired_at).map(({ version }) => String(version));
  const current = asked.current || (readable[0] ?? '');
  const reference = asked.reference || (readable.find((version) => Number(version) < Number(current)) ?? '');
  return { ...asked, current, reference };
}

function commandOf(name: string, { reference, current, columns, method, threshold }: Question): string {
  const options = { reference, current, columns, method, threshold };
  const given = Object.entries(options).filter(([, value]) => value !== '');
  return `workflow datasets drift ${quoted(name)}${given.map(([key, value]) => ` --${key} ${quoted(value)}`).join('')}`;
}

function side({ version, partition }: DatasetDiffSide): string {
  return `v${version} ${slice(partition)}`.trim();
}
