import { Link } from 'react-router';
import type { Gate, GateDriftSide } from '../../api/types';
import { Answered } from '../../components/Answered';
import { CheckTable } from '../../components/CheckTable';
import { DriftDetails, DriftTable } from '../../components/DriftTable';
import { Fact } from '../../components/Page';
import { StateBadge } from '../../components/StateBadge';
import { percent, slice } from '../../lib/format';
import { links } from '../../lib/links';
import { useApi } from '../../state/useApi';
import { useParam } from '../../state/useParam';

/** What a gate found: its checks, and of a drift gate both distributions of each column. */
export function GateEvidence({ gate }: { gate: Gate }) {
  // Without a column there was nothing to compare with yet, and so there is no report.
  const isDrift = gate.checks.some(({ check, column }) => check === 'drift' && column != null);
  return (
    <div className="evidence" data-testid="evidence">
      <p className="gate-head">
        <StateBadge verdict={gate.verdict} />
        <span>{gate.subject}</span>
        {gate.learnt_checks.length > 0 && <Link to={links.proposals()}>with {gate.learnt_checks.length} learnt checks</Link>}
      </p>
      {isDrift ? <DriftReport gate={gate} /> : <CheckTable label="Checks" checks={gate.checks} />}
    </div>
  );
}

function DriftReport({ gate }: { gate: Gate }) {
  const { dag_id, run_id, task_id, map_index } = gate;
  const answer = useApi(
    '/api/v2/gates/{dag_id}/{run_id}/{task_id}/drift',
    { path: { dag_id, run_id, task_id }, query: { map_index } },
    { dag_id, dag_run_id: run_id },
  );
  const [chosen, choose] = useParam('column');
  return (
    <>
      <CheckTable label="Checks" checks={gate.checks.filter(({ column }) => column == null)} />
      <Answered answer={answer} what="The drift report">
        {({ columns, share, found, current, references }) => {
          // The answer first: a column that has drifted is open until one chooses another.
          const column = columns.find((each) => each.column === chosen) ?? columns.find(({ verdict }) => verdict === 'fail') ?? columns[0];
          const reference = references.length === 1 ? side(references[0]!) : `${references.length} versions together`;
          return (
            <>
              <dl className="facts">
                <Fact name="This window">
                  <StateBadge verdict={found} />
                </Fact>
                <Fact name="Drifted">{percent(share)} of the columns</Fact>
                {current && (
                  <Fact name="Current">
                    <SideLink of={current} />
                  </Fact>
                )}
                <Fact name="Reference">
                  {references.map((each) => (
                    <span key={each.sha256} className="pair">
                      <SideLink of={each} />
                    </span>
                  ))}
                </Fact>
              </dl>
              {column && (
                <>
                  <h3>{column.column}</h3>
                  <DriftDetails of={column} reference={reference} current={current ? side(current) : ''} />
                </>
              )}
              <DriftTable columns={columns} selected={column?.column ?? null} onSelect={choose} />
            </>
          );
        }}
      </Answered>
    </>
  );
}

function SideLink({ of }: { of: GateDriftSide }) {
  return <Link to={links.dataset(of.dataset, of.version)}>{`${of.dataset} ${side(of)}`}</Link>;
}

function side({ version, partition }: GateDriftSide): string {
  return `${version == null ? 'unpublished' : `v${version}`} ${slice(partition)}`.trim();
}
