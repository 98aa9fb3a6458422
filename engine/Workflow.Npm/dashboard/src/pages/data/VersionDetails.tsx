import { Link } from 'react-router';
import type { DatasetVersionState, LineageNode } from '../../api/types';
import { Answered } from '../../components/Answered';
import { Hash } from '../../components/Copy';
import { MadeBy } from '../../components/MadeBy';
import { Fact } from '../../components/Page';
import { StateBadge } from '../../components/StateBadge';
import { ExactTime } from '../../components/Time';
import { bytes, count, plural, slice } from '../../lib/format';
import { links } from '../../lib/links';
import { useApi } from '../../state/useApi';
import { VersionActs } from './VersionActs';

interface Props {
  dataset: string;
  version: number;
  /** As the list beside has it, when it is on this page of the list. */
  listed: DatasetVersionState | undefined;
}

/** A version: facts, what it was made from, who judged it, and the ways on. */
export function VersionDetails({ dataset, version, listed }: Props) {
  const answer = useApi('/api/v2/lineage/upstream', { query: { of: `dataset:${dataset}@${version}`, depth: 1 } });
  return (
    <>
      {listed && (
        <>
          <dl className="facts facts-column">
            <Fact name="Hash">
              <Hash value={listed.sha256} />
            </Fact>
            <Fact name="Holds">
              {plural(listed.rows, 'row')} in {bytes(listed.bytes)}
            </Fact>
            <Fact name="Slice">{slice(listed.partition) || 'the whole dataset'}</Fact>
            <Fact name="Created">
              <ExactTime value={listed.created_at} />
            </Fact>
            <Fact name="Made by">
              <MadeBy of={listed} /> in <Link to={links.run(listed.dag_id, listed.run_id)}>{listed.run_id}</Link>
            </Fact>
            {listed.cold_at && (
              <Fact name="In the cold store since">
                <ExactTime value={listed.cold_at} />
              </Fact>
            )}
            {listed.expired_at && (
              <Fact name="Expired">
                <ExactTime value={listed.expired_at} />
              </Fact>
            )}
            {listed.hold && (
              <Fact name="Held">
                by {listed.hold.by} since <ExactTime value={listed.hold.at} />: {listed.hold.reason}
              </Fact>
            )}
          </dl>
          <VersionActs dataset={dataset} of={listed} />
        </>
      )}
      <p className="row">
        <Link to={links.datasetTab(dataset, 'profile', { version })}>Profile</Link>
        <Link to={links.datasetTab(dataset, 'drift', { current: version })}>Compare</Link>
        <Link to={links.datasetTab(dataset, 'lineage', { version })}>Lineage</Link>
      </p>
      <Answered answer={answer} what="Where it came from">
        {({ nodes, roots }) => (
          <>
            <h3>Made from</h3>
            <Origins of={nodes.filter(({ id, kind }) => kind !== 'gate' && !roots.includes(id))} />
            <h3>Judged by</h3>
            <Verdicts of={nodes.filter(({ kind }) => kind === 'gate')} />
          </>
        )}
      </Answered>
    </>
  );
}

function Origins({ of }: { of: LineageNode[] }) {
  if (of.length === 0) return <p className="muted">Nothing that the engine knows of.</p>;
  return (
    <ul className="plain-list">
      {of.map((node) => (
        <li key={node.id} className="clip-line">
          {node.kind === 'dataset' ? (
            <Link to={links.dataset(node.name, node.version)}>
              {node.name} v{node.version}
            </Link>
          ) : node.kind === 'model' ? (
            <Link to={links.model(node.name, node.version)}>
              model {node.name} v{node.version}
            </Link>
          ) : (
            <code>{node.name}</code>
          )}{' '}
          {node.sha256 && <Hash value={node.sha256} />}
        </li>
      ))}
    </ul>
  );
}

function Verdicts({ of }: { of: LineageNode[] }) {
  if (of.length === 0) return <p className="muted">No gate has looked at it.</p>;
  return (
    <ul className="plain-list">
      {of.map(({ id, name, verdict, made_by, checks }) => (
        <li key={id}>
          {verdict && <StateBadge verdict={verdict} />}{' '}
          {made_by ? <Link to={links.task(made_by.dag_id, made_by.run_id, made_by.task_id)}>{name}</Link> : name}{' '}
          <span className="muted">{count(checks?.length ?? 0)} checks</span>
        </li>
      ))}
    </ul>
  );
}
