import { useState } from 'react';
import { Link } from 'react-router';
import type { ContractDetails, ContractReaders, ContractVersion } from '../../api/types';
import { Answered } from '../../components/Answered';
import { Callout, Command, Empty } from '../../components/Messages';
import { Fact, Section } from '../../components/Page';
import { Table } from '../../components/Table';
import { Time } from '../../components/Time';
import { metric, plural } from '../../lib/format';
import { links } from '../../lib/links';
import { quoted } from '../../lib/params';
import { useApi } from '../../state/useApi';
import { AcceptBreak } from './AcceptBreak';
import { useDataset } from './DatasetPage';

/** What a contract says, in its stored form. */
interface Says {
  columns: {
    name: string;
    type: string;
    required?: boolean;
    minimum?: number;
    maximum?: number;
    values?: string[];
    unit?: string;
    meaning?: string;
    personal_data?: string;
  }[];
  key?: string[];
  compatibility: string;
  extra_columns?: boolean;
  owner?: string;
  licence?: string;
  meaning?: string;
}

/** What the producer promises to the readers, who they are, and how the promise has changed. */
export function ContractTab() {
  const { name, contract_version } = useDataset();
  const answer = useApi('/api/v2/contracts/{dataset}', contract_version ? { path: { dataset: name } } : null);
  if (!contract_version) {
    return (
      <Empty title="Nothing is promised yet">
        <p>
          A contract says which columns readers may count on, with types, keys, ranges, units and what is personal. A change that breaks it
          is an import error of the DAG, and data that break it are never published. A DAG declares one:
        </p>
        <Command
          text={`dag.Contract("${name}", contract => contract.Owner("team").Column("id", "BIGINT", column => column.Required()));`}
        />
      </Empty>
    );
  }
  return (
    <Answered answer={answer} what={`The contract of ${name}`}>
      {(contract) => <Contract of={contract} />}
    </Answered>
  );
}

function Contract({ of }: { of: ContractDetails }) {
  const says = of.says as Says;
  return (
    <>
      {of.refused.map((refusal) => (
        <Refusal key={refusal.dag_id} dataset={of.dataset} of={refusal} />
      ))}
      <dl className="facts facts-boxed">
        {says.meaning && <div className="fact-line">{says.meaning}</div>}
        <Fact name="Version">v{of.version}</Fact>
        <Fact name="Compatibility">{says.compatibility.replaceAll('_', ' ')}</Fact>
        <Fact name="Key">{says.key?.length ? <code>{says.key.join(', ')}</code> : 'none'}</Fact>
        <Fact name="Other columns">{says.extra_columns ? 'allowed' : 'refused'}</Fact>
        <Fact name="Owner">{says.owner ?? '–'}</Fact>
        <Fact name="Licence">{says.licence ?? '–'}</Fact>
        <Fact name="Declared by">
          {of.declared_by.length === 0 ? 'no DAG now' : of.declared_by.map(({ dag_id }) => <DagLink key={dag_id} id={dag_id} />)}
        </Fact>
      </dl>
      <Section title="Columns" note={plural(says.columns.length, 'column')}>
        <Columns of={says} />
      </Section>
      <Section title="Who reads it">
        <Readers of={of.affected} />
      </Section>
      <Section title="Versions" note={plural(of.versions.length, 'version')}>
        <Versions of={of.versions} />
      </Section>
      <Command text={`workflow contracts show ${quoted(of.dataset)}`} />
    </>
  );
}

function Refusal({ dataset, of }: { dataset: string; of: ContractDetails['refused'][number] }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Callout
      kind="failed"
      title={
        <>
          The DAG <DagLink id={of.dag_id} /> is refused: it would break this contract
        </>
      }
    >
      <p className="sentence">{of.message}</p>
      <p className="row">
        <button type="button" onClick={() => setOpen(true)}>
          Allow the break
        </button>
        <span className="muted">
          <code>{of.file}</code>, <Time value={of.refused_at} />
        </span>
      </p>
      {isOpen && <AcceptBreak dataset={dataset} dagId={of.dag_id} hash={of.hash} onClose={() => setOpen(false)} />}
    </Callout>
  );
}

function Columns({ of }: { of: Says }) {
  const keys = new Set(of.key);
  return (
    <Table label="Columns promised" columns={['Column', 'Type', 'Nulls', 'Key', 'Allowed', 'Unit', 'Personal', 'Meaning']}>
      {of.columns.map((column) => (
        <tr key={column.name}>
          <td className="strong">{column.name}</td>
          <td>
            <code>{column.type}</code>
          </td>
          <td>{column.required ? 'none' : 'allowed'}</td>
          <td>{keys.has(column.name) ? 'key' : <span className="muted">–</span>}</td>
          <td className="threshold">{allowed(column)}</td>
          <td>{column.unit ?? <span className="muted">–</span>}</td>
          <td>
            {column.personal_data && column.personal_data !== 'none' ? (
              <span className="tag">{column.personal_data}</span>
            ) : (
              <span className="muted">–</span>
            )}
          </td>
          <td className="wide">{column.meaning}</td>
        </tr>
      ))}
    </Table>
  );
}

function allowed({ values, minimum, maximum }: Says['columns'][number]): string {
  if (values) return values.join(', ');
  if (minimum != null && maximum != null) return `${metric(minimum)} to ${metric(maximum)}`;
  if (minimum != null) return `${metric(minimum)} or more`;
  return maximum != null ? `${metric(maximum)} or less` : 'any';
}

function Readers({ of }: { of: ContractReaders }) {
  if (of.dags.length + of.datasets.length + of.models.length === 0) return <p className="muted">Nobody that the engine knows of.</p>;
  return (
    <dl className="facts">
      {of.dags.length > 0 && (
        <Fact name="DAGs">
          {of.dags.map((id) => (
            <DagLink key={id} id={id} />
          ))}
        </Fact>
      )}
      {of.datasets.length > 0 && (
        <Fact name="Datasets">
          {of.datasets.map((id) => (
            <Link key={id} className="pair" to={links.dataset(id)}>
              {id}
            </Link>
          ))}
        </Fact>
      )}
      {of.models.length > 0 && (
        <Fact name="Models">
          {of.models.map((id) => (
            <Link key={id} className="pair" to={links.model(id)}>
              {id}
            </Link>
          ))}
        </Fact>
      )}
    </dl>
  );
}

function Versions({ of }: { of: ContractVersion[] }) {
  return (
    <Table label="Versions of the contract" columns={['Version', 'Since', 'By', 'Changes', 'Allowed']}>
      {of.map((version) => (
        <tr key={version.version}>
          <td className="strong">v{version.version}</td>
          <td>
            <Time value={version.registered_at} />
          </td>
          <td>
            <DagLink id={version.dag_id} />
            {version.dag_version != null && <Link to={links.source(version.dag_id, version.dag_version)}>v{version.dag_version}</Link>}
          </td>
          <td className="wide">
            {version.changes.length === 0 ? (
              <span className="muted">the first</span>
            ) : (
              version.changes.map((change) => (
                <div key={change.message}>
                  {change.message}
                  {change.breaks.length > 0 && <span className="tag tag-failed">breaks {change.breaks.join(', ')}</span>}
                </div>
              ))
            )}
          </td>
          <td className="wide">{version.accepted_by && `${version.accepted_by}: ${version.reason ?? ''}`}</td>
        </tr>
      ))}
    </Table>
  );
}

function DagLink({ id }: { id: string }) {
  return (
    <Link className="pair" to={links.dag(id)}>
      {id}
    </Link>
  );
}
